#include "engine/session.hpp"

#include "pg/identity.hpp"

namespace dv::engine {

namespace {

int session_level; /* nest level of the transaction that flushes, 0 if none does */

} // namespace

bool
in_session()
{
	return session_level > 0;
}

Session
begin_session()
{
	Session session{XactReadOnly, !ActiveSnapshotSet()};
	session_level = GetCurrentTransactionNestLevel();
	XactReadOnly = false;
	if (session.pushed)
		PushActiveSnapshot(GetTransactionSnapshot());
	return session;
}

void
end_session(const Session &session)
{
	if (session.pushed)
		PopActiveSnapshot();
	XactReadOnly = session.read_only;
	session_level = 0;
}

void
session_aborts(int level) noexcept
{
	if (session_level >= level)
		session_level = 0;
}

void
begin_trigger_level()
{
	AfterTriggerBeginQuery();
}

void
end_trigger_level(Oid owner, bool any)
{
	if (!any)
	{
		AfterTriggerEndQuery(nullptr);
		return;
	}
	CommandCounterIncrement();
	pg::Identity identity = pg::assume(owner, SECURITY_LOCAL_USERID_CHANGE);
	EState *estate = CreateExecutorState();
	PushActiveSnapshot(GetTransactionSnapshot());
	AfterTriggerEndQuery(estate);
	PopActiveSnapshot();
	ExecCloseResultRelations(estate);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
	pg::resume(identity);
	CommandCounterIncrement();
}

} // namespace dv::engine
