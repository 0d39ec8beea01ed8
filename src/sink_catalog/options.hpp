#pragma once

/*
 * The options of a sink: a JSON object, checked where the sink is made.
 */
#include "sink_catalog/rows.hpp"

namespace dv::sink_catalog {

struct Chosen
{
	const char *name; /* null: not given */
	bool start;
	Jsonb *kept; /* all but these two, as given */
};

/* 22023 for an option that is not known or cannot have its value; for "document" 42703 and 42804, too. */
Chosen parse_options(Jsonb *given, Oid view);

/* Every option with its value, sizes in bytes. */
Jsonb *complete_options(const Sink &sink);

/* Does a background worker run it? Else the program deltaview_sink does. */
bool has_worker(const Sink &sink);

} // namespace dv::sink_catalog
