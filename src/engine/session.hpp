#pragma once

/*
 * A flush under way: one at a time in a backend.  And the level of AFTER
 * triggers that its changes of views are queued in.
 */
#include "pg/postgres.hpp"

namespace dv::engine {

struct Session
{
	bool read_only; /* as it was: SET TRANSACTION READ ONLY may follow writes */
	bool pushed;    /* a snapshot, where there was none */
};

bool in_session();
Session begin_session();
void end_session(const Session &session);

/* A (sub)transaction at this level, or the whole one at level 1, is over: so is a flush that began in it. */
void session_aborts(int level) noexcept;

void begin_trigger_level();
/* Fires what was queued, as the owner of the views; `any`: some view has such triggers. */
void end_trigger_level(Oid owner, bool any);

} // namespace dv::engine
