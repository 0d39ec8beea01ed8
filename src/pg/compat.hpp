#pragma once

/*
 * Every difference between server versions, and nothing else.
 */
#include "pg/postgres.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_namespace.h"
#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "replication/reorderbuffer.h"
#include "storage/proc.h"
#include "utils/regproc.h"
}

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "pg_deltaview knows PostgreSQL 15 to 18"
#endif

namespace dv::pg {

/* What table_tuple_update says of indexes: 16 tells summarizing ones apart. */
#if PG_VERSION_NUM >= 160000
using UpdateIndexes = TU_UpdateIndexes;

inline bool
wants_index_entries(UpdateIndexes which)
{
	return which != TU_None;
}
#else
using UpdateIndexes = bool;

inline bool
wants_index_entries(UpdateIndexes which)
{
	return which;
}
#endif

/* Index entries of a row that was inserted. */
inline List *
insert_index_entries(ResultRelInfo *rri, TupleTableSlot *slot, EState *estate, bool no_dup_error, bool *conflict,
					 List *arbiters)
{
#if PG_VERSION_NUM >= 160000
	return ExecInsertIndexTuples(rri, slot, estate, false, no_dup_error, conflict, arbiters, false);
#else
	return ExecInsertIndexTuples(rri, slot, estate, false, no_dup_error, conflict, arbiters);
#endif
}

/* Index entries of a row that was updated. */
inline List *
update_index_entries(ResultRelInfo *rri, TupleTableSlot *slot, EState *estate, UpdateIndexes which)
{
#if PG_VERSION_NUM >= 160000
	return ExecInsertIndexTuples(rri, slot, estate, true, false, nullptr, NIL, which == TU_Summarizing);
#else
	(void) which;
	return ExecInsertIndexTuples(rri, slot, estate, true, false, nullptr, NIL);
#endif
}

/* 18 also asks for the row itself, for updates; an insertion has none. */
inline bool
check_index_constraints(ResultRelInfo *rri, TupleTableSlot *slot, EState *estate, ItemPointer conflict, List *arbiters)
{
#if PG_VERSION_NUM >= 180000
	ItemPointerData none;

	ItemPointerSetInvalid(&none);
	return ExecCheckIndexConstraints(rri, slot, estate, conflict, &none, arbiters);
#else
	return ExecCheckIndexConstraints(rri, slot, estate, conflict, arbiters);
#endif
}

/* A range table of the one relation that is written, all of whose columns `updated` count as set by an update. */
inline void
init_range_table(EState *estate, RangeTblEntry *rte, Bitmapset *updated)
{
#if PG_VERSION_NUM >= 160000
	List *permissions = NIL;

	addRTEPermissionInfo(&permissions, rte)->updatedCols = updated;
#if PG_VERSION_NUM >= 180000
	ExecInitRangeTable(estate, list_make1(rte), permissions, bms_make_singleton(1));
#else
	ExecInitRangeTable(estate, list_make1(rte), permissions);
#endif
#else
	rte->updatedCols = updated;
	ExecInitRangeTable(estate, list_make1(rte));
#endif
}

inline IndexScanDesc
begin_index_scan(Relation table, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM >= 180000
	return index_beginscan(table, index, snapshot, nullptr, nkeys, 0);
#else
	return index_beginscan(table, index, snapshot, nkeys, 0);
#endif
}

/* Counts transactions with an xid that have ended: read without lock, it never runs ahead of what can be seen. */
inline uint64
completed_transactions()
{
	pg_memory_barrier();
#if PG_VERSION_NUM >= 170000
	uint64 n = *const_cast<volatile uint64 *>(&TransamVariables->xactCompletionCount);
#else
	uint64 n = *const_cast<volatile uint64 *>(&ShmemVariableCache->xactCompletionCount);
#endif
	pg_memory_barrier();
	return n;
}

inline void
enable_trigger_always(Relation rel, const char *name)
{
#if PG_VERSION_NUM >= 160000
	EnableDisableTrigger(rel, name, InvalidOid, TRIGGER_FIRES_ALWAYS, false, false, ShareRowExclusiveLock);
#else
	EnableDisableTrigger(rel, name, TRIGGER_FIRES_ALWAYS, false, ShareRowExclusiveLock);
#endif
}

inline bool
owns_relation(Oid relation, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relation, role);
#else
	return pg_class_ownercheck(relation, role);
#endif
}

inline bool
owns_schema(Oid schema, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(NamespaceRelationId, schema, role);
#else
	return pg_namespace_ownercheck(schema, role);
#endif
}

inline bool
may_use_server(Oid server, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, server, role, ACL_USAGE) == ACLCHECK_OK;
#else
	return pg_foreign_server_aclcheck(server, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/* 42602 for what is no name. */
inline List *
parse_qualified_name(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return stringToQualifiedNameList(name, nullptr);
#else
	return stringToQualifiedNameList(name);
#endif
}

/* Another one in each transaction of this backend. */
inline LocalTransactionId
local_transaction()
{
#if PG_VERSION_NUM >= 170000
	return MyProc->vxid.lxid;
#else
	return MyProc->lxid;
#endif
}

/* Of a decoded change: null where the log has none. */
inline HeapTuple
new_tuple(const ReorderBufferChange *change)
{
#if PG_VERSION_NUM >= 170000
	return change->data.tp.newtuple;
#else
	return change->data.tp.newtuple ? &change->data.tp.newtuple->tuple : nullptr;
#endif
}

inline HeapTuple
old_tuple(const ReorderBufferChange *change)
{
#if PG_VERSION_NUM >= 170000
	return change->data.tp.oldtuple;
#else
	return change->data.tp.oldtuple ? &change->data.tp.oldtuple->tuple : nullptr;
#endif
}

/* Of a decoded subtransaction; of any other itself. */
inline ReorderBufferTXN *
top_transaction(ReorderBufferTXN *txn)
{
	return txn->toptxn ? txn->toptxn : txn;
}

/* What an action of the JSON parser returns: `JsonAction()`. */
#if PG_VERSION_NUM >= 160000
using JsonAction = JsonParseErrorType;
#else
using JsonAction = void;
#endif

/* Texts come without their escapes. */
inline JsonLexContext *
json_lexer(char *json, int size)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(nullptr, json, size, GetDatabaseEncoding(), true);
#else
	return makeJsonLexContextCstringLen(json, size, GetDatabaseEncoding(), true);
#endif
}

/* Tree walkers with a type: up to 15 their callback is declared without parameters, which C++ reads as "none". */
using Walker = bool (*)(Node *, void *);
using Mutator = Node *(*) (Node *, void *);

inline bool
walk_expression(Node *node, Walker walker, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_walker(node, walker, context);
#else
	return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)), context);
#endif
}

inline bool
walk_query(Query *query, Walker walker, void *context, int flags)
{
#if PG_VERSION_NUM >= 160000
	return query_tree_walker(query, walker, context, flags);
#else
	return query_tree_walker(query, reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker)), context, flags);
#endif
}

inline Node *
mutate_expression(Node *node, Mutator mutator, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_mutator(node, mutator, context);
#else
	return expression_tree_mutator(node, reinterpret_cast<Node *(*) ()>(reinterpret_cast<void *>(mutator)), context);
#endif
}

inline Query *
mutate_query(Query *query, Mutator mutator, void *context, int flags)
{
#if PG_VERSION_NUM >= 160000
	return query_tree_mutator(query, mutator, context, flags);
#else
	return query_tree_mutator(query, reinterpret_cast<Node *(*) ()>(reinterpret_cast<void *>(mutator)), context, flags);
#endif
}

} // namespace dv::pg
