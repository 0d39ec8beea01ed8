#pragma once

#include "sink/client/catalog.hpp"
#include "sink/client/collector.hpp"
#include "sink/client/progress.hpp"
#include "sink/client/source.hpp"
#include "sink/client/task.hpp"
#include "sink/client/watch.hpp"
#include "sink/client/writer.hpp"

#include <chrono>
#include <memory>

namespace dv::sink {

/*
 * Follows the slot.  What comes is collected while what came before is being written, and PostgreSQL gets its answers
 * meanwhile; it may forget what MongoDB has acknowledged together with the position.
 */
class Stream
{
public:
	Stream(Host &host, Catalog &catalog, Source &source, std::shared_ptr<Store> store, Settings settings,
		   Position position, Progress &progress, Manner manner, bool in_parts);

	/* Until the position reaches `until` (0: for ever), the settings ask for something else or the host is to stop. */
	Position run(Lsn until);
	[[nodiscard]] const Position &position() const { return position_; }

private:
	using Clock = std::chrono::steady_clock;

	/* What the task works on. */
	struct Work
	{
		std::shared_ptr<Store> store; /* before the writer, which uses it */
		Writer writer;
		Batch batch;
		Position position;
		bool in_parts;
		Work(std::shared_ptr<Store> s, Manner manner, bool parts)
			: store(std::move(s)), writer(*store, manner), in_parts(parts)
		{}
	};
	using Piece = void (*)(Work &);

	static void write_batch(Work &work);
	static void begin_large(Work &work);
	static void write_part(Work &work);
	static void end_large(Work &work);
	static void move_on(Work &work);

	bool receive();
	void wait();
	[[nodiscard]] bool room();
	[[nodiscard]] bool may_write();
	[[nodiscard]] bool large();
	[[nodiscard]] bool large_ended();

	void write(bool dry);
	void write_large();
	void advance(Lsn until);
	void start(Batch &&batch, Piece piece);
	void finish();
	void refuse(const Refused &refused);

	void answer(bool ask);
	void tell();
	void hold();

	Host &host_;
	Catalog &catalog_;
	Source &source_;
	Settings settings_;
	Watch watch_;
	Progress &progress_;
	Position position_;
	Collector collector_;
	std::shared_ptr<Work> work_;
	Piece piece_ = nullptr;
	Task task_;
	Descriptors descriptors_;
	std::int64_t written_since_ = 0; /* commit time of the first transaction that is being written */
	bool large_begun_ = false;
	bool listening_ = true; /* to the source */
	bool reply_wanted_ = false;
	bool held_ = false;
	Lsn bound_ = 0; /* of the hold */
	Clock::time_point waiting_since_;
	Clock::time_point answered_;
	Clock::time_point advanced_;
};

} // namespace dv::sink
