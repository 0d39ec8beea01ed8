#pragma once

#include "sink/client/catalog.hpp"

#include <chrono>

namespace dv::sink {

/* Sees that something else is asked of the sink than what it is doing, and that it keeps too much of the log. */
class Watch
{
public:
	Watch(Host &host, Catalog &catalog, Settings *settings) : host_(host), catalog_(catalog), settings_(settings) {}

	/*
	 * False: something else is asked.  What may change meanwhile is in the settings then.  It looks when something was
	 * said about the sink, and after some time; throws Failure beyond the limit of the log.
	 */
	bool same();

	void check_limit();

private:
	Host &host_;
	Catalog &catalog_;
	Settings *settings_;
	std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
	bool warned_ = false;
};

} // namespace dv::sink
