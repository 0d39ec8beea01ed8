#pragma once

/*
 * Running a prepared query of a view: what it reads besides tables, and where its rows go.
 */
#include "pg/postgres.hpp"

namespace dv::engine {

/* Names and rows of the relations that a prepared query reads besides tables. */
struct Named
{
	char name[NAMEDATALEN];
	Tuplestorestate *rows;
	TupleDesc desc;
	int64 nrows;
};

using Take = void (*)(TupleTableSlot *slot, void *context);

/* Runs a prepared query under the active snapshot, each row to `take`. */
void run_plan(SPIPlanPtr plan, Take take, void *context);

/* The rows may come later, before a query reads them. */
EphemeralNamedRelation register_named(const Named &named);
void unregister_named(const Named &named);

} // namespace dv::engine
