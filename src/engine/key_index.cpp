#include "engine/key_index.hpp"

#include "catalog/registry.hpp"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "utils/hsearch.h"
}

namespace dv::engine {

namespace {

/* The operator `=` that an index finds its column by. */
Oid
index_equality(Relation index, int column)
{
	Oid type = index->rd_opcintype[column];

	return get_opfamily_member(index->rd_opfamily[column], type, type, BTEqualStrategyNumber);
}

/* Does the index tell the column's values apart as the type does by default? */
bool
same_equality(Relation index, int column, Form_pg_attribute att)
{
	return index->rd_indcollation[column] == att->attcollation &&
		   index_equality(index, column) == lookup_type_cache(getBaseType(att->atttypid), TYPECACHE_EQ_OPR)->eq_opr;
}

bool
serves(Relation table, Relation index, int nattributes, const AttrNumber *attributes)
{
	Form_pg_index form = index->rd_index;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || !form->indisready ||
		form->indnkeyatts != nattributes || RelationGetIndexPredicate(index) != NIL ||
		RelationGetIndexExpressions(index) != NIL)
		return false;
	for (int i = 0; i < nattributes; i++)
		if (form->indkey.values[i] != attributes[i] ||
			!same_equality(index, i, TupleDescAttr(RelationGetDescr(table), attributes[i] - 1)))
			return false;
	return true;
}

/* An index over the constant true: that of a view of one row. */
bool
holds_single_row(Relation index)
{
	List *expressions = RelationGetIndexExpressions(index);

	if (index->rd_rel->relam != BTREE_AM_OID || !index->rd_index->indisvalid || !index->rd_index->indisready ||
		index->rd_index->indnkeyatts != 1 || list_length(expressions) != 1 || RelationGetIndexPredicate(index) != NIL ||
		!IsA(linitial(expressions), Const))
		return false;
	const Const *value = linitial_node(Const, expressions);
	return value->consttype == BOOLOID && !value->constisnull && DatumGetBool(value->constvalue);
}

HTAB *key_indexes;

void
choose_index(Relation rel, const KeyColumns &columns, KeyIndex *known)
{
	ListCell *lc;
	known->index = InvalidOid;
	known->unique = known->other_unique = false;
	known->nindexes = 0;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), RowExclusiveLock);
		bool unique = index->rd_index->indisunique && index->rd_index->indimmediate;
		bool constrains = index->rd_index->indisunique || index->rd_index->indisexclusion;
		bool found = columns.single ? holds_single_row(index)
									: columns.n > 0 && serves(rel, index, columns.n, columns.attributes);

		known->nindexes++;
		if (!found)
			known->other_unique = known->other_unique || constrains;
		else if (!OidIsValid(known->index) || (unique && !known->unique))
		{
			known->index = RelationGetRelid(index);
			known->unique = unique;
			for (int i = 0; i < columns.n; i++)
			{
				fmgr_info_cxt(get_opcode(index_equality(index, i)), &known->functions[i], TopMemoryContext);
				known->collations[i] = index->rd_indcollation[i];
			}
		}
		index_close(index, NoLock);
	}
}

} // namespace

const KeyIndex *
key_index_of(Relation rel, const KeyColumns &columns)
{
	Oid view = RelationGetRelid(rel);
	bool found;

	if (key_indexes == nullptr)
	{
		HASHCTL control = {};
		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(KeyIndex);
		key_indexes = hash_create("deltaview key indexes", 32, &control, HASH_ELEM | HASH_BLOBS);
	}
	KeyIndex *known = static_cast<KeyIndex *>(hash_search(key_indexes, &view, HASH_ENTER, &found));
	if (!found)
		known->generation = 0;
	uint64 generation = catalog::generation();
	if (known->generation != generation)
	{
		known->generation = 0;
		choose_index(rel, columns, known);
		known->generation = generation;
	}
	return known;
}

} // namespace dv::engine
