#include "pg/identity.hpp"

namespace dv::pg {

Identity
act_as(Oid user, int flags)
{
	Identity before;

	GetUserIdAndSecContext(&before.user, &before.context);
	/* LOCAL_USERID_CHANGE keeps SET ROLE and the like from ending what we began. */
	SetUserIdAndSecContext(user, before.context | SECURITY_LOCAL_USERID_CHANGE | flags);
	before.nest = NewGUCNestLevel();
	return before;
}

void
pin_search_path()
{
	set_locally("search_path", "pg_catalog, pg_temp");
}

Identity
assume(Oid user, int flags)
{
	Identity before = act_as(user, flags);
	pin_search_path();
	return before;
}

void
resume(const Identity &identity)
{
	AtEOXact_GUC(false, identity.nest);
	SetUserIdAndSecContext(identity.user, identity.context);
}

int
restrict_context(int flags)
{
	Oid user;
	int context;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | flags);
	return context;
}

void
restore_context(int context)
{
	SetUserIdAndSecContext(GetUserId(), context);
}

void
set_locally(const char *name, const char *value)
{
	const char *now = GetConfigOption(name, true, false);

	if (now != nullptr && strcmp(now, value) == 0)
		return;
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
set_locally(int nsettings, const char *const *settings)
{
	for (int i = 0; i + 1 < nsettings; i += 2)
		set_locally(settings[i], settings[i + 1]);
}

} // namespace dv::pg
