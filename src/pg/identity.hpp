#pragma once

/*
 * Acting as another role, with settings of our own.  No clean-up is needed on
 * error: the end of the (sub)transaction restores role and settings.
 */
#include "pg/postgres.hpp"

namespace dv::pg {

struct Identity
{
	Oid user;
	int context;
	int nest;
};

/* From here on as `user`; `flags` are added to the security context. */
Identity act_as(Oid user, int flags);

/* Names are looked up in the server's own schema until the resume. */
void pin_search_path();

/* Both. */
Identity assume(Oid user, int flags);

/* Back to who we were; settings made since are undone. */
void resume(const Identity &identity);

/* The security context alone, with flags added: settings stay. Returns the one before. */
int restrict_context(int flags);
void restore_context(int context);

/* Settings until the resume. */
void set_locally(const char *name, const char *value);
void set_locally(int nsettings, const char *const *settings);

} // namespace dv::pg
