#pragma once

#include "sink/client/lsn.hpp"
#include "sink/mongoc.hpp"

#include <cstdint>
#include <string>

namespace dv::sink {

enum class Phase { copy, rename, stream };

/* How far a sink has come, as it stands in deltaview_positions beside the collection. */
struct Position
{
	std::int64_t revision = 0; /* grows with each change: who does not know the last one has nothing to say any more */
	int generation = 0;
	std::string slot;
	std::string collection;
	Phase phase = Phase::copy;
	Lsn lsn = 0;    /* everything that was committed before is in the collection */
	Lsn intent = 0; /* not 0: so may be any part of what was committed before this */

	/* Of the first copy: blocks before `blocks` are done, of this file; and the stream has to come to `whole`. */
	std::int64_t blocks = 0;
	std::string file;
	Lsn whole = 0;

	/* Where the documents go. */
	[[nodiscard]] std::string written() const;
};

Position position_from(const bson_t *document);
void append_position(const Position &position, bson_t *document);

} // namespace dv::sink
