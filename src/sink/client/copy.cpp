#include "sink/client/copy.hpp"

#include "sink/client/document.hpp"
#include "sink/client/task.hpp"
#include "sink/client/unfit.hpp"
#include "sink/client/view_reader.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <poll.h>
#include <set>
#include <utility>
#include <vector>

namespace dv::sink {
namespace {

/* Blocks that are copied at a time; fewer near the end, so that all connections come to it together. */
const std::int64_t most_blocks = 1024;
const std::int64_t least_blocks = 128;
const std::int64_t worth_it = 128; /* blocks, for another connection */
const size_t batch_rows = 1000;
const size_t batch_bytes = 8 * 1024 * 1024;
const int grace = 5000; /* milliseconds, for the threads to end */

struct Range
{
	std::int64_t first;
	std::int64_t end; /* -1: none */
};

} // namespace

/* What the threads of a copy have in common; they own what they use. */
struct Copy::Shared
{
	Shared(Job j, const Settings &s) : job(std::move(j)), settings(s) {}

	const Job job;
	const Settings settings;
	std::string snapshot;
	std::string collection;
	size_t largest_document = 0;
	Lsn lsn = 0;

	std::mutex mutex;
	std::int64_t next = 0;
	std::int64_t blocks = 0;
	std::set<std::int64_t> begun; /* ranges that are being copied */
	std::vector<std::shared_ptr<ViewReader>> readers;
	std::vector<Unfit> unfit;
	std::atomic<std::int64_t> rows{0};
	std::atomic<bool> stop{false};

	std::optional<Range> take();
	void give_back(std::int64_t first);
	std::int64_t done();
	void set_aside(const std::string &description);
	void insert(Store &store, std::vector<std::string> *documents);
	void copy_range(ViewReader &reader, Store &store, Beside &beside, const Range &range);
	void work();
	void cancel();
};

/* The last range has no end, and is there even if the table is empty. */
std::optional<Range>
Copy::Shared::take()
{
	std::lock_guard<std::mutex> lock(mutex);
	if (stop || (next >= blocks && next > 0))
		return std::nullopt;
	Range range = {next, -1};
	next += std::clamp((blocks - next) / (2 * settings.copy_jobs), least_blocks, most_blocks);
	if (next < blocks)
		range.end = next;
	begun.insert(range.first);
	return range;
}

void
Copy::Shared::give_back(std::int64_t first)
{
	std::lock_guard<std::mutex> lock(mutex);
	begun.erase(first);
}

std::int64_t
Copy::Shared::done()
{
	std::lock_guard<std::mutex> lock(mutex);
	return begun.empty() ? next : *begun.begin();
}

void
Copy::Shared::set_aside(const std::string &description)
{
	if (!settings.set_aside)
		throw Failure(Remedy::give_up, message_of(description));
	std::lock_guard<std::mutex> lock(mutex);
	unfit.push_back({lsn, description});
}

void
Copy::Shared::insert(Store &store, std::vector<std::string> *documents)
{
	while (!documents->empty())
		try
		{
			store.insert(collection, *documents);
			break;
		}
		catch (const Unwritable &unwritable)
		{
			const std::string &document = documents->at(unwritable.place());
			set_aside(refused(id_of(document), unwritable.code(), unwritable.what(), document));
			documents->erase(documents->begin() + static_cast<std::ptrdiff_t>(unwritable.place()));
		}
	rows += static_cast<std::int64_t>(documents->size());
}

void
Copy::Shared::copy_range(ViewReader &reader, Store &store, Beside &beside, const Range &range)
{
	std::vector<std::string> documents;
	size_t bytes = 0;
	std::exception_ptr thrown;

	reader.read(range.first, range.end, [&](const CopiedRow &row) {
		try
		{
			if (!row.fit)
				set_aside(std::string(row.document));
			else if (row.document.size() > largest_document)
				set_aside(too_large(row.document, largest_document));
			else
			{
				bytes += row.document.size();
				documents.emplace_back(row.document);
			}
			if (documents.size() >= batch_rows || bytes >= batch_bytes)
			{
				beside.start([this, &store, full = std::exchange(documents, {})]() mutable { insert(store, &full); });
				bytes = 0;
			}
		}
		catch (...)
		{
			thrown = std::current_exception();
		}
		return thrown == nullptr && !stop;
	});
	if (thrown != nullptr)
		std::rethrow_exception(thrown);
	/* A range that was left off is not done: it stays among those that are begun. */
	beside.start([this, &store, documents = std::move(documents), first = range.first, whole = !stop]() mutable {
		insert(store, &documents);
		if (whole)
			give_back(first);
	});
}

void
Copy::Shared::work()
{
	auto reader = std::make_shared<ViewReader>(job.conninfo, job.sink, settings, snapshot);
	Store store(settings, "");

	store.connect();
	{
		std::lock_guard<std::mutex> lock(mutex);
		readers.push_back(reader);
	}
	Beside beside;
	while (std::optional<Range> range = take())
		copy_range(*reader, store, beside, *range);
	beside.settle();
}

void
Copy::Shared::cancel()
{
	std::lock_guard<std::mutex> lock(mutex);
	stop = true;
	for (const auto &reader : readers)
		reader->cancel();
}

void
Copy::prepare(const std::shared_ptr<Store> &store, Position *position, ViewReader &reader)
{
	std::string file = reader.file();
	Position next = *position;

	/* The blocks of another file hold other rows. */
	if (next.file != file)
	{
		next.file = file;
		next.blocks = 0;
	}
	*position = result_of<Position>(host_, [store, from = *position, next] {
		if (next.blocks == 0)
			store->drop(from.written());
		store->create(from.written());
		return store->move_position(from, next);
	});
}

void
Copy::run(const std::shared_ptr<Store> &store, Position *position, const std::string &snapshot)
{
	ViewReader reader(job_.conninfo, job_.sink, settings_, snapshot);
	auto shared = std::make_shared<Shared>(job_, settings_);

	prepare(store, position, reader);
	shared->snapshot = reader.export_snapshot();
	shared->collection = position->written();
	shared->largest_document = store->largest_document();
	shared->lsn = position->lsn;
	shared->next = position->blocks;
	shared->blocks = reader.blocks();
	catalog_.report(
		Report().text("state", "copying").number("rows_total", reader.estimated_rows()).number("rows_copied", 0));
	supervise(shared, store, position);
}

void
Copy::supervise(const std::shared_ptr<Shared> &shared, const std::shared_ptr<Store> &store, Position *position)
{
	std::int64_t jobs = std::min<std::int64_t>(settings_.copy_jobs, 1 + (shared->blocks - shared->next) / worth_it);
	std::vector<Task> tasks(static_cast<size_t>(std::max<std::int64_t>(jobs, 1)));
	Descriptors descriptors;
	size_t running = tasks.size();
	std::exception_ptr thrown;

	for (Task &task : tasks)
	{
		task.start([shared] { shared->work(); });
		descriptors.add(task.fd());
	}
	auto look = [&] {
		for (Task &task : tasks)
			try
			{
				if (task.finished())
					running--;
			}
			catch (...)
			{
				running--;
				thrown = thrown ? thrown : std::current_exception();
			}
	};
	descriptors.add(catalog_.connection().socket());
	bool same = true;
	while (running > 0 && thrown == nullptr && !host_.stopping() && same)
	{
		host_.wait(1000, descriptors.fd());
		look();
		if (thrown == nullptr)
		{
			note(*shared, store, position);
			same = watch_.same();
		}
	}
	if (running > 0)
	{
		shared->cancel();
		for (Task &task : tasks)
		{
			pollfd end = {task.fd(), POLLIN, 0};
			if (task.running())
				poll(&end, 1, grace);
		}
		look();
	}
	if (thrown != nullptr)
		std::rethrow_exception(thrown);
	if (running > 0 || shared->stop)
		throw Failure(Remedy::again, "the copy was left off: something else is asked of the sink");
}

void
Copy::note(Shared &shared, const std::shared_ptr<Store> &store, Position *position)
{
	std::vector<Unfit> unfit;
	Position next = *position;

	next.blocks = shared.done();
	{
		std::lock_guard<std::mutex> lock(shared.mutex);
		unfit.swap(shared.unfit);
	}
	for (const Unfit &each : unfit)
		set_aside(catalog_, each);
	if (next.blocks > position->blocks)
		*position =
			result_of<Position>(host_, [store, from = *position, next] { return store->move_position(from, next); });
	catalog_.report(Report().number("rows_copied", shared.rows));
}

} // namespace dv::sink
