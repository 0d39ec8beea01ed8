#pragma once

#include "sink/client/catalog.hpp"

#include <chrono>
#include <string>

namespace dv::sink {

/* What deltaview.sink_progress tells of a sink.  Each report is written to the log: there is one in a second at most. */
class Progress
{
public:
	explicit Progress(Catalog &catalog);

	void state(const std::string &state); /* at once, if it is another one */
	void begun(int generation);           /* there is a slot of that */
	void failed(const std::string &state, const std::string &error);
	void held(Lsn lsn);
	void written(std::int64_t rows, Lsn lsn, std::int64_t commit_time);
	void retried(long times) { retries_ += times; }
	void waiting_since(std::int64_t commit_time) { waiting_since_ = commit_time; } /* 0: nothing waits */
	void flush(bool now);

private:
	Catalog &catalog_;
	Report report_;
	std::string state_;
	std::int64_t rows_;
	std::int64_t batches_;
	std::int64_t retries_;
	std::int64_t reported_retries_;
	std::int64_t waiting_since_ = 0;
	std::int64_t reported_since_ = -1;
	std::chrono::steady_clock::time_point last_;
};

} // namespace dv::sink
