#include "sink/client/progress.hpp"

#include <ctime>

namespace dv::sink {
namespace {

/* Of microseconds since 1970. */
std::string
timestamp(std::int64_t time)
{
	auto seconds = static_cast<std::time_t>(time / 1000000);
	std::tm parts = {};
	char text[64];
	char fraction[16];

	gmtime_r(&seconds, &parts);
	std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
	std::snprintf(fraction, sizeof(fraction), ".%06d+00", static_cast<int>(time % 1000000));
	return std::string(text) + fraction;
}

std::int64_t
now()
{
	using namespace std::chrono;
	return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

Progress::Progress(Catalog &catalog) : catalog_(catalog)
{
	Counts before = catalog.counts();

	rows_ = before.rows;
	batches_ = before.batches;
	retries_ = reported_retries_ = before.retries;
}

void
Progress::state(const std::string &state)
{
	if (state == state_)
		return;
	state_ = state;
	report_.text("state", state);
	if (state == "streaming")
		report_.null("last_error").null("last_error_at");
	flush(true);
}

void
Progress::begun(int generation)
{
	report_.number("generation", generation).boolean("slot_made", true);
	report_.number("rows_applied", rows_).number("batches", batches_).number("retries", retries_);
	flush(true);
}

void
Progress::failed(const std::string &state, const std::string &error)
{
	state_ = state;
	report_.text("state", state).text("last_error", error).text("last_error_at", timestamp(now()));
	flush(true);
}

void
Progress::held(Lsn lsn)
{
	report_.text("held_at", lsn_text(lsn));
	state_.clear();
	state("held");
}

void
Progress::written(std::int64_t rows, Lsn lsn, std::int64_t commit_time)
{
	rows_ += rows;
	batches_++;
	report_.number("rows_applied", rows_).number("batches", batches_).text("last_lsn", lsn_text(lsn));
	report_.text("last_commit", timestamp(commit_time));
}

void
Progress::flush(bool now)
{
	auto time = std::chrono::steady_clock::now();

	if (!now && time - last_ < std::chrono::seconds(1))
		return;
	if (waiting_since_ != reported_since_)
	{
		if (waiting_since_ == 0)
			report_.null("behind_since");
		else
			report_.text("behind_since", timestamp(waiting_since_));
		reported_since_ = waiting_since_;
	}
	if (retries_ != reported_retries_)
		report_.number("retries", retries_);
	if (report_.empty())
		return;
	catalog_.report(report_);
	reported_retries_ = retries_;
	report_ = Report();
	last_ = time;
}

} // namespace dv::sink
