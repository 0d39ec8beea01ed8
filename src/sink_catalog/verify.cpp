#include "sink_catalog/verify.hpp"

#include "sink_catalog/launch.hpp"
#include "sink_catalog/rows.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
}

namespace dv::sink_catalog {

namespace {

constexpr Size queue_size = 64 * 1024;

/* However we end, the worker does. */
void
end_worker(dsm_segment *, Datum worker)
{
	TerminateBackgroundWorker(reinterpret_cast<BackgroundWorkerHandle *>(DatumGetPointer(worker)));
}

struct Message
{
	VerifyMessage kind;
	const char *texts;
	const char *end;
};

/* False when the worker has ended. */
bool
receive(shm_mq_handle *queue, Message *message)
{
	Size length;
	void *data;

	if (shm_mq_receive(queue, &length, &data, false) != SHM_MQ_SUCCESS || length == 0)
		return false;
	const char *bytes = static_cast<const char *>(data);
	*message = {static_cast<VerifyMessage>(bytes[0]), bytes + 1, bytes + length};
	return true;
}

/* An empty text is none. */
void
put_difference(ReturnSetInfo *result, const Message &message)
{
	Datum values[3] = {};
	bool nulls[3] = {true, true, true};
	const char *text = message.texts;

	for (int i = 0; i < 3 && text < message.end; i++)
	{
		nulls[i] = *text == '\0';
		if (!nulls[i])
			values[i] = CStringGetTextDatum(text);
		text += strlen(text) + 1;
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void
read_differences(ReturnSetInfo *result, shm_mq_handle *queue, const char *name)
{
	Message message = {};

	while (receive(queue, &message))
	{
		switch (message.kind)
		{
		case VerifyMessage::difference:
			put_difference(result, message);
			break;
		case VerifyMessage::error:
			ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("cannot verify sink \"%s\"", name),
							errdetail("%s", message.texts)));
			break;
		case VerifyMessage::end:
			return;
		}
	}
	ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION), errmsg("cannot verify sink \"%s\"", name),
					errdetail("The worker that compares has ended."), errhint("See the server's log.")));
}

void
check_runs(const char *name)
{
	Sink sink = owned_sink(name);

	need_module();
	/* The slot for its snapshot would wait for us. */
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
		ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
						errmsg("a sink cannot be verified in a transaction that has written")));
	if (is_going(sink) || sink.wanted != Wanted::run || !runs(name))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("sink \"%s\" does not run", name),
						errdetail("It brings the collection to the position at which both are compared."),
						errhint("Call deltaview.start_sink().")));
}

} // namespace

void
verify_sink(FunctionCallInfo fcinfo, const char *name)
{
	ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);

	check_runs(name);
	InitMaterializedSRF(fcinfo, 0);
	dsm_segment *segment = dsm_create(queue_size, 0);
	shm_mq *queue = shm_mq_create(dsm_segment_address(segment), queue_size);
	shm_mq_set_receiver(queue, MyProc);
	/* An abort empties the contexts of portals before it detaches. */
	MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
	BackgroundWorkerHandle *worker = start_verification(name, dsm_segment_handle(segment));
	MemoryContextSwitchTo(before);
	on_dsm_detach(segment, end_worker, PointerGetDatum(worker));
	read_differences(result, shm_mq_attach(queue, segment, worker), name);
	dsm_detach(segment);
}

} // namespace dv::sink_catalog
