#include "engine/flush.hpp"

#include "capture/transaction.hpp"
#include "engine/locks.hpp"
#include "engine/program.hpp"
#include "engine/session.hpp"

namespace dv::engine {

namespace {

void
transaction_event(XactEvent event, void *)
{
	switch (event)
	{
	case XACT_EVENT_PRE_COMMIT:
	case XACT_EVENT_PRE_PREPARE:
		flush_transaction();
		break;
	case XACT_EVENT_COMMIT:
	case XACT_EVENT_ABORT:
	case XACT_EVENT_PREPARE:
		session_aborts(0);
		capture::forget();
		release_programs();
		forget_tags();
		break;
	default:
		break;
	}
}

void
subtransaction_event(SubXactEvent event, SubTransactionId, SubTransactionId, void *)
{
	int level = GetCurrentTransactionNestLevel();
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		session_aborts(level);
		capture::subtransaction_aborts(level);
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		capture::subtransaction_commits(level);
}

} // namespace

void
install_callbacks()
{
	RegisterXactCallback(transaction_event, nullptr);
	RegisterSubXactCallback(subtransaction_event, nullptr);
}

} // namespace dv::engine
