/*
 * Compares a sink's collection with its view, for a session that calls deltaview.verify_sink and reads the queue.
 */
#include "sink/worker/host.hpp"

#include "pg/postgres.hpp"
#include "sink/worker/connect.hpp"
#include "sink_catalog/launch.hpp"

extern "C" {
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"

PGDLLEXPORT void dv_sink_verify_main(Datum argument);
}

#include <stdexcept>

namespace dv::sink::worker {

namespace {

/* Owns nothing. False where nobody reads any more. */
bool
send(shm_mq_handle *queue, const char *message, size_t length) noexcept
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool sent = false;

	PG_TRY();
	{
		sent = shm_mq_send(queue, length, message, false, true) == SHM_MQ_SUCCESS;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	return sent;
}

/* A kind and texts, each ended by NUL. */
void
send(shm_mq_handle *queue, sink_catalog::VerifyMessage kind, std::initializer_list<const std::string *> texts)
{
	std::string message(1, static_cast<char>(kind));

	for (const std::string *text : texts)
		message.append(text->c_str(), text->size() + 1);
	if (!send(queue, message.data(), message.size()))
		throw std::runtime_error("the session that verifies the sink has gone");
}

void
verify_into(shm_mq_handle *queue, WorkerHost *host, const char *conninfo, const char *sink) noexcept
{
	using Message = sink_catalog::VerifyMessage;

	try
	{
		verify(*host, Job{conninfo, sink}, [queue](const Difference &difference) {
			send(queue, Message::difference,
				 {&difference.id, &difference.view_document, &difference.collection_document});
		});
		send(queue, Message::end, {});
	}
	catch (const std::exception &failure)
	{
		std::string message = std::string(1, static_cast<char>(Message::error)) + failure.what();

		(void) send(queue, message.c_str(), message.size() + 1);
	}
}

} // namespace

} // namespace dv::sink::worker

using namespace dv::sink::worker;

void
dv_sink_verify_main(Datum argument)
{
	dv::sink_catalog::WorkerArgument extra;

	memcpy(&extra, MyBgworkerEntry->bgw_extra, sizeof(extra));
	WorkerHost host;
	take_signals();
	CurrentResourceOwner = ResourceOwnerCreate(nullptr, "deltaview verify_sink");
	dsm_segment *segment = dsm_attach(DatumGetUInt32(argument));
	if (segment == nullptr)
		proc_exit(0);
	shm_mq *queue = static_cast<shm_mq *>(dsm_segment_address(segment));
	shm_mq_set_sender(queue, MyProc);
	verify_into(shm_mq_attach(queue, segment, nullptr), &host, conninfo(extra.database, MyBgworkerEntry->bgw_name),
				extra.sink);
	dsm_detach(segment);
	proc_exit(0);
}
