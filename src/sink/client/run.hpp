#pragma once

#include "sink/client/host.hpp"

#include <functional>
#include <string>

namespace dv::sink {

struct Job
{
	std::string conninfo; /* of the database with the sink's view */
	std::string sink;
};

enum class Outcome { stopped, dropped, failed }; /* failed: the log and deltaview.sink_progress say why */

/* Keeps the collection of a sink current, until it is to stop. */
Outcome run(Host &host, const Job &job);

/* Canonical extended JSON; empty: there is none. */
struct Difference
{
	std::string id;
	std::string view_document;
	std::string collection_document;
};

/* Holds the sink at one position and compares.  Throws Failure where it cannot. */
void verify(Host &host, const Job &job, const std::function<void(const Difference &)> &report);

} // namespace dv::sink
