#include "sink/client/watch.hpp"

#include "sink/client/failure.hpp"

namespace dv::sink {

bool
Watch::same()
{
	using std::chrono::seconds;
	auto now = std::chrono::steady_clock::now();

	/* Who holds the sink may go without a word. */
	if (!catalog_.notified() && now - looked_ < seconds(settings_->hold ? 1 : 10))
		return true;
	looked_ = now;
	std::optional<Settings> settings = catalog_.settings();
	if (!settings || settings->differ(*settings_))
		return false;
	*settings_ = *settings;
	check_limit();
	return true;
}

void
Watch::check_limit()
{
	if (settings_->max_wal == 0)
		return;
	std::optional<Slot> slot = catalog_.slot(settings_->slot);
	if (!slot)
		return;
	std::string kept = "the sink keeps " + std::to_string(slot->retained) +
					   " bytes of the write-ahead log; its max_wal is " + std::to_string(settings_->max_wal);
	if (slot->retained > settings_->max_wal)
		throw Failure(Remedy::over_limit, kept);
	bool near = slot->retained > settings_->max_wal / 10 * 8;
	if (near && !warned_)
		host_.log(Level::warning, "sink \"" + catalog_.sink() + "\": " + kept);
	warned_ = near;
}

} // namespace dv::sink
