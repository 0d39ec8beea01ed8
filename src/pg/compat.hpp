#pragma once

/*
 * Every difference between server versions, and nothing else; those of query trees are in query_tree.hpp.
 */
#include "pg/query_tree.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_namespace.h"
#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "parser/parse_relation.h"
#include "replication/reorderbuffer.h"
#include "rewrite/rewriteHandler.h"
#include "storage/proc.h"
#include "utils/regproc.h"
}

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "pg_deltaview knows PostgreSQL 15 to 18"
#endif

namespace dv::pg {

/* strlcpy, which a server leaves to a libc that has it: its headers may be of a newer one than ours. */
template <size_t room>
void
copy_text(char (&to)[room], const char *from)
{
	size_t n = strnlen(from, room - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

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

inline Oid
primary_key_index(Relation rel)
{
#if PG_VERSION_NUM >= 180000
	return RelationGetPrimaryKeyIndex(rel, false);
#else
	return RelationGetPrimaryKeyIndex(rel);
#endif
}

/* Of a table as the relation cache has it; a constraint may be there and not hold for rows that were before it (18). */
inline bool
never_null(Relation rel, AttrNumber column)
{
#if PG_VERSION_NUM >= 180000
	return TupleDescCompactAttr(RelationGetDescr(rel), column - 1)->attnullability == ATTNULLABLE_VALID;
#else
	return TupleDescAttr(RelationGetDescr(rel), column - 1)->attnotnull;
#endif
}

/* Is the column computed when it is read (18), so that rows hold nothing in its place? */
inline bool
is_virtual(const FormData_pg_attribute *column)
{
#if PG_VERSION_NUM >= 180000
	return column->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL;
#else
	(void) column;
	return false;
#endif
}

/* What such a column is, over range table entry 1. */
inline Node *
virtual_value(Relation rel, AttrNumber column)
{
#if PG_VERSION_NUM >= 180000
	return build_generation_expression(rel, column);
#else
	return build_column_default(rel, column);
#endif
}

/* ALTER COLUMN ... SET EXPRESSION (17). */
inline bool
sets_expression(AlterTableType type)
{
#if PG_VERSION_NUM >= 170000
	return type == AT_SetExpression;
#else
	(void) type;
	return false;
#endif
}

inline MinimalTuple
copy_minimal_tuple(MinimalTuple tuple)
{
#if PG_VERSION_NUM >= 180000
	return heap_copy_minimal_tuple(tuple, 0);
#else
	return heap_copy_minimal_tuple(tuple);
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

} // namespace dv::pg
