#include "analyze/work.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

void
occurrences_of(Work *work, const Flat *flat)
{
	for (const Branch &branch : flat->branches)
		for (int rtindex : branch.rtindex)
			work->occurrences.push(core::Occurrence{table_index(work, rt_fetch(rtindex, branch.query->rtable)->relid)});
}

/* Rows of a join are told apart by the keys of the tables in it, where all have one. */
void
analyze_linear(Work *work, Flat *flat)
{
	Analysis *analysis = work->analysis;
	List *columns = visible_columns(flat->query);
	int nvisible = list_length(columns);
	int hidden = 0;
	pg::Vec<AttrNumber> keys;
	bool keyed = work->use_keys && !flat->multiplies;
	bool bounded = true;
	bool nullable = false;
	const pg::Vec<int> &rtindex = flat->branches[0].rtindex;
	for (int i = 0; keyed && i < rtindex.n; i++)
	{
		Oid table = rt_fetch(rtindex[i], flat->query->rtable)->relid;
		TableKey key = primary_key(table);
		keyed = key.ncolumns > 0;
		for (int k = 0; keyed && k < key.ncolumns; k++)
			keyed = hashable_type(get_atttype(table, key.columns[k]));
	}
	const Bitmapset *telling = keyed ? telling_tables(flat, columns) : nullptr;
	for (int i = -1; (i = bms_next_member(telling, i)) >= 0;)
	{
		TableKey key = primary_key(rt_fetch(rtindex[i], flat->query->rtable)->relid);
		bounded = bounded && (key.bounded || bms_num_members(telling) == 1);
		nullable = nullable || key.nullable;
		for (int k = 0; k < key.ncolumns; k++)
		{
			Node *var = reinterpret_cast<Node *>(key_var(work, flat->query, rtindex[i], key.columns[k]));
			keys.push(position(columns, expose(&columns, var, &hidden)));
		}
	}
	if (columns == NIL) /* the sign of a delta's row would be alone, before FROM */
		(void) expose(&columns, makeBoolConst(true, false), &hidden);
	work->ir->kind = core::Kind::linear;
	add_blocks(analysis, work->ir, flat, columns);
	analysis->content_sql = deparse_flat(flat, columns, NIL);
	analysis->nvisible = nvisible;
	analysis->ncolumns = list_length(columns);
	analysis->shape.nvisible = nvisible;
	analysis->shape.identity = keyed ? engine::Identity::key : engine::Identity::content;
	analysis->shape.nkeys = keys.n;
	analysis->shape.keys = keys.data;
	analysis->index_unique = keyed;
	analysis->keys_not_null = keyed && !nullable;
	if (!keyed)
		analysis->hash_name = "__dv_image";
	else if (!bounded || keys.n > INDEX_MAX_KEYS)
		analysis->hash_name = "__dv_key";
}

} // namespace dv::analyze
