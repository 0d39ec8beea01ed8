#include "engine/query.hpp"

namespace dv::engine {

namespace {

struct Receiver
{
	DestReceiver pub;
	Take take;
	void *context;
};

bool
receive(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver *receiver = reinterpret_cast<Receiver *>(self);
	receiver->take(slot, receiver->context);
	return true;
}

void
start(DestReceiver *, int, TupleDesc)
{}

void
ignore(DestReceiver *)
{}

} // namespace

void
run_plan(SPIPlanPtr plan, Take take, void *context)
{
	Receiver receiver{{receive, start, ignore, ignore, DestNone}, take, context};
	SPIExecuteOptions options{};
	options.read_only = true;
	options.dest = &receiver.pub;
	int result = SPI_execute_plan_extended(plan, &options);
	if (result < 0)
		elog(ERROR, "a delta query failed: %s", SPI_result_code_string(result));
}

EphemeralNamedRelation
register_named(const Named &named)
{
	EphemeralNamedRelation enr = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
	enr->md.name = pstrdup(named.name);
	enr->md.reliddesc = InvalidOid;
	enr->md.tupdesc = named.desc;
	enr->md.enrtype = ENR_NAMED_TUPLESTORE;
	enr->md.enrtuples = static_cast<double>(named.nrows);
	enr->reldata = named.rows;
	if (SPI_register_relation(enr) != SPI_OK_REL_REGISTER)
		elog(ERROR, "could not register relation \"%s\"", named.name);
	return enr;
}

void
unregister_named(const Named &named)
{
	if (SPI_unregister_relation(named.name) != SPI_OK_REL_UNREGISTER)
		elog(ERROR, "could not unregister relation \"%s\"", named.name);
}

} // namespace dv::engine
