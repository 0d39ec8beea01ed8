#include "sink/client/wal_limit.hpp"

#include "sink/client/failure.hpp"

namespace dv::sink {

void
check_wal_limit(Host &host, Catalog &catalog, const Settings &settings)
{
	if (settings.max_wal == 0)
		return;
	std::optional<Slot> slot = catalog.slot(settings.slot);
	if (!slot)
		return;
	std::string kept = "the sink keeps " + std::to_string(slot->retained) +
					   " bytes of the write-ahead log; its max_wal is " + std::to_string(settings.max_wal);
	if (slot->retained > settings.max_wal)
		throw Failure(Remedy::over_limit, kept);
	if (slot->retained > settings.max_wal / 10 * 8)
		host.log(Level::warning, kept);
}

} // namespace dv::sink
