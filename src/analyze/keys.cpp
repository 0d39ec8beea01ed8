#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "commands/defrem.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

/*
 * Values of this type, alone in an index row, always fit one (a third of a page).
 */
bool
bounded_type(Oid type, int32 typmod)
{
	Oid base = getBaseTypeAndTypmod(type, &typmod);
	int16 length = get_typlen(base);
	if (length > 0)
		return true;
	switch (base)
	{
	case VARCHAROID:
	case BPCHAROID:
		/* at most four bytes a character */
		return typmod >= static_cast<int32>(VARHDRSZ) && typmod - static_cast<int32>(VARHDRSZ) <= 200;
	case INETOID:
	case CIDROID:
		return true;
	case NUMERICOID:
		return typmod >= static_cast<int32>(VARHDRSZ);
	default:
		return false;
	}
}

bool
hashable_type(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_HASH_EXTENDED_PROC);
	return OidIsValid(entry->eq_opr) && OidIsValid(entry->hash_extended_proc);
}

bool
exact_type(Oid type, Oid collation)
{
	Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);
	if (!OidIsValid(opclass) || !hashable_type(type))
		return false;
	Oid input = get_opclass_input_type(opclass);
	Oid proc = get_opfamily_proc(get_opclass_family(opclass), input, input, BTEQUALIMAGE_PROC);
	return OidIsValid(proc) && DatumGetBool(OidFunctionCall1Coll(proc, collation, ObjectIdGetDatum(input)));
}

namespace {

/* The key of our own views is such an index: the groups of an aggregate may be NULL. */
Oid
unique_with_nulls(Relation rel)
{
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		Form_pg_index form = index->rd_index;
		bool serves = form->indisunique && form->indnullsnotdistinct && form->indimmediate && form->indisvalid &&
					  !form->indisexclusion && RelationGetIndexPredicate(index) == NIL &&
					  RelationGetIndexExpressions(index) == NIL;
		index_close(index, NoLock);
		if (serves)
			return lfirst_oid(lc);
	}
	return InvalidOid;
}

/* By the equality of its columns: a key WITHOUT OVERLAPS does so by another operator. */
bool
tells_rows_apart(Relation rel, Oid key)
{
	Relation index = index_open(key, AccessShareLock);
	Form_pg_index form = index->rd_index;
	bool apart = form->indimmediate && form->indisvalid && !form->indisexclusion;
	for (int i = 0; apart && !form->indnullsnotdistinct && i < form->indnkeyatts; i++)
		apart = pg::never_null(rel, form->indkey.values[i]);
	index_close(index, NoLock);
	return apart;
}

} // namespace

Oid
key_index(Oid table)
{
	Relation rel = table_open(table, AccessShareLock);
	/* A replica identity is unique, immediate and never NULL, too. */
	Oid found = RelationGetReplicaIndex(rel);
	if (OidIsValid(rel->rd_pkindex))
		found = rel->rd_pkindex;
	else if (!OidIsValid(found))
		found = unique_with_nulls(rel);
	if (OidIsValid(found) && !tells_rows_apart(rel, found))
		found = InvalidOid;
	table_close(rel, NoLock);
	return found;
}

RangeTblEntry *
entry_of(const Var *var, List *queries)
{
	if (static_cast<int>(var->varlevelsup) >= list_length(queries))
		return nullptr;
	Query *query = static_cast<Query *>(list_nth(queries, static_cast<int>(var->varlevelsup)));
	return rt_fetch(var->varno, query->rtable);
}

TableKey
primary_key(Oid table)
{
	TableKey key{0, nullptr, true, false};
	Oid found = key_index(table);
	if (!OidIsValid(found))
		return key;
	Relation index = index_open(found, AccessShareLock);
	Form_pg_index form = index->rd_index;
	AttrNumber *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * form->indnkeyatts));
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		Oid type;
		int32 typmod;
		Oid collation;
		columns[i] = form->indkey.values[i];
		get_atttypetypmodcoll(table, columns[i], &type, &typmod, &collation);
		key.bounded = key.bounded && bounded_type(type, typmod);
	}
	key.ncolumns = form->indnkeyatts;
	key.columns = columns;
	key.nullable = form->indnullsnotdistinct && !form->indisprimary && !form->indisreplident;
	index_close(index, NoLock);
	return key;
}

Oid
index_over(Oid relation, int ncolumns, const AttrNumber *columns, bool unique)
{
	Relation rel = table_open(relation, AccessShareLock);
	Oid found = InvalidOid;
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		Form_pg_index form = index->rd_index;
		bool match = form->indisvalid && form->indnkeyatts == ncolumns && form->indisunique == unique &&
					 RelationGetIndexPredicate(index) == NIL;
		for (int i = 0; match && i < ncolumns; i++)
			match = form->indkey.values[i] == columns[i];
		if (match)
			found = lfirst_oid(lc);
		index_close(index, AccessShareLock);
	}
	table_close(rel, AccessShareLock);
	return found;
}

namespace {

struct TableWalk
{
	pg::Vec<TableCount> tables;
	List *queries; /* innermost first */
};

void walk_tables(Query *query, TableWalk *walk);

TableCount *
count_of(Oid table, TableWalk *walk)
{
	for (TableCount &count : walk->tables)
		if (count.table == table)
			return &count;
	return &walk->tables.push(TableCount{table, 0, nullptr});
}

Bitmapset *
all_columns(Oid table)
{
	Bitmapset *columns = nullptr;
	Relation rel = relation_open(table, AccessShareLock);
	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
		if (!TupleDescAttr(RelationGetDescr(rel), i)->attisdropped)
			columns = bms_add_member(columns, i + 1);
	relation_close(rel, NoLock);
	return columns;
}

void
note_column(const Var *var, TableWalk *walk)
{
	const RangeTblEntry *rte = entry_of(var, walk->queries);
	if (rte == nullptr || rte->rtekind != RTE_RELATION)
		return;
	TableCount *count = count_of(rte->relid, walk);
	if (var->varattno > 0)
		count->columns = bms_add_member(count->columns, var->varattno);
	else if (var->varattno == InvalidAttrNumber)
		count->columns = bms_add_members(count->columns, all_columns(rte->relid));
}

bool
walk_node(Node *node, void *context)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
	{
		walk_tables(reinterpret_cast<Query *>(node), static_cast<TableWalk *>(context));
		return false;
	}
	if (IsA(node, Var))
		note_column(reinterpret_cast<Var *>(node), static_cast<TableWalk *>(context));
	return pg::walk_expression(node, walk_node, context);
}

void
walk_tables(Query *query, TableWalk *walk)
{
	ListCell *lc;
	foreach (lc, query->rtable)
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_RELATION)
			count_of(lfirst_node(RangeTblEntry, lc)->relid, walk)->times++;
	walk->queries = lcons(query, walk->queries);
	(void) pg::walk_query(query, walk_node, walk, QTW_IGNORE_JOINALIASES);
	walk->queries = list_delete_first(walk->queries);
}

} // namespace

pg::Vec<TableCount>
tables_of(Query *query)
{
	TableWalk walk{};
	walk_tables(query, &walk);
	return walk.tables;
}

} // namespace dv::analyze
