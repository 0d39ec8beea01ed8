#pragma once

#include "sink/client/run.hpp"

namespace dv::sink::worker {

/* Signals of a worker: SIGTERM stops it, and is seen by every WorkerHost.  A stop ends the process without destructors. */
void take_signals();

/*
 * A background worker.  Where the sink's code waits or asks, it owns C++ objects: so nothing here raises an error of the
 * server's.
 */
class WorkerHost final : public Host
{
public:
	bool stopping() override;
	void wait(int milliseconds, int fd) override;
	void log(Level level, const std::string &message) override;
};

} // namespace dv::sink::worker
