#pragma once

#include <string>

namespace dv::sink {

enum class Level { debug, info, warning, error };

/* What the sink runs in: a background worker, or a program.  It is called from the thread that called run() alone. */
class Host
{
public:
	virtual ~Host() = default;
	virtual bool stopping() = 0;
	/* Returns when fd (-1: none) can be read, the time is up, or the sink is to stop. */
	virtual void wait(int milliseconds, int fd) = 0;
	virtual void log(Level level, const std::string &message) = 0;
};

} // namespace dv::sink
