#include "engine/in_place.hpp"

#include "engine/row_access.hpp"
#include "engine/test_break.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "utils/typcache.h"
}

namespace dv::engine {

namespace {

Bitmapset *
columns_of(Node *node, int varno)
{
	Bitmapset *columns = nullptr;
	pull_varattnos(node, static_cast<Index>(varno), &columns);
	return columns;
}

bool
reads_others(Node *node, int varno)
{
	return !bms_is_subset(pull_varnos(nullptr, node), bms_make_singleton(varno));
}

const Var *
as_column(Node *node)
{
	return IsA(node, Var) ? reinterpret_cast<const Var *>(node) : nullptr;
}

bool
same_column(const Var *a, const Var *b)
{
	return a && b && a->varno == b->varno && a->varattno == b->varattno;
}

/* The column of `varno` that a condition says is equal to `column`, as the index over it tells values apart; or 0. */
AttrNumber
equal_column(Node *qual, int varno, const Var *column)
{
	if (!IsA(qual, OpExpr) || list_length(reinterpret_cast<OpExpr *>(qual)->args) != 2)
		return 0;
	const OpExpr *expr = reinterpret_cast<const OpExpr *>(qual);
	const Var *left = as_column(static_cast<Node *>(linitial(expr->args)));
	const Var *right = as_column(static_cast<Node *>(lsecond(expr->args)));
	const Var *other = same_column(left, column) ? right : same_column(right, column) ? left : nullptr;
	if (other == nullptr || other->varno != varno || other->vartype != column->vartype ||
		expr->inputcollid != column->varcollid ||
		expr->opno != lookup_type_cache(column->vartype, TYPECACHE_EQ_OPR)->eq_opr)
		return 0;
	return other->varattno;
}

/* The table's column that a column of the view's key is, or is equal to; or 0. */
AttrNumber
source_of(const analyze::Native *native, int varno, AttrNumber key)
{
	const Var *column = as_column(static_cast<Node *>(list_nth(native->outputs, key - 1)));
	if (column == nullptr || column->varno == varno)
		return column ? column->varattno : static_cast<AttrNumber>(0);
	ListCell *lc;
	foreach (lc, native->quals)
		if (AttrNumber found = equal_column(static_cast<Node *>(lfirst(lc)), varno, column))
			return found;
	return 0;
}

/* The columns of the table's key; none if it has none without NULLs. */
Bitmapset *
key_of(Oid table)
{
	Oid found = analyze::key_index(table);
	if (!OidIsValid(found))
		return nullptr;
	Bitmapset *columns = nullptr;
	bool nullable = false;
	Relation rel = table_open(table, AccessShareLock);
	Relation index = index_open(found, AccessShareLock);
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		AttrNumber column = index->rd_index->indkey.values[i];
		nullable = nullable || !pg::never_null(rel, column);
		columns = bms_add_member(columns, column);
	}
	index_close(index, NoLock);
	table_close(rel, NoLock);
	return nullable ? nullptr : columns;
}

int
read_of(const Way *way, AttrNumber column)
{
	for (int i = 0; i < way->reads.n; i++)
		if (way->reads[i].column == column)
			return i;
	elog(ERROR, "column %d of relation %u is not read", column, way->table);
	pg_unreachable();
}

/* False unless the table's key is what the view's key begins with. */
bool
find_keys(const Shape &shape, const analyze::Native *native, const Way *way, InPlace *in_place)
{
	Bitmapset *rest = key_of(way->table);
	Bitmapset *key = bms_copy(rest);
	if (rest == nullptr)
		return false;
	for (int i = 0; i < shape.nkeys && !bms_is_empty(rest); i++)
	{
		AttrNumber column = source_of(native, way->occurrence + 1, shape.keys[i]);
		if (!bms_is_member(column, key))
			return false;
		in_place->keys.push(read_of(way, column));
		rest = bms_del_member(rest, column);
	}
	return bms_is_empty(rest);
}

void
add_fixed(const Way *way, Bitmapset *columns, InPlace *in_place)
{
	for (int i = -1; (i = bms_next_member(columns, i)) >= 0;)
		in_place->fixed.push(read_of(way, static_cast<AttrNumber>(i + FirstLowInvalidHeapAttributeNumber)));
}

} // namespace

InPlace *
make_in_place(const Program *program, const analyze::Native *native, const Way *way)
{
	const core::View *ir = program->analysis->ir;
	const Shape &shape = program->analysis->shape;
	int varno = way->occurrence + 1;
	if (ir->kind != core::Kind::linear || ir->blocks.n != 1 || ir->occurrences.n != native->ntables ||
		shape.identity != Identity::key || shape.hash != 0 || way->look_ups.empty())
		return nullptr;
	for (int i = 0; i < native->ntables; i++)
		if (i != way->occurrence && native->tables[i] == way->table)
			return nullptr;

	InPlace *in_place = static_cast<InPlace *>(palloc0(sizeof(InPlace)));
	if (!find_keys(shape, native, way, in_place))
		return nullptr;
	for (int key : in_place->keys)
		in_place->fixed.push(key);
	in_place->finds_one = true;
	for (const LookUp &look_up : way->look_ups)
		in_place->finds_one = in_place->finds_one && look_up.one;
	ListCell *lc;
	foreach (lc, native->quals)
		if (reads_others(static_cast<Node *>(lfirst(lc)), varno))
			add_fixed(way, columns_of(static_cast<Node *>(lfirst(lc)), varno), in_place);
	foreach (lc, native->outputs)
	{
		Node *output = static_cast<Node *>(lfirst(lc));
		Bitmapset *columns = columns_of(output, varno);
		if (reads_others(output, varno))
			add_fixed(way, columns, in_place);
		else if (!bms_is_empty(columns))
			in_place->own.push(foreach_current_index(lc));
	}
	return in_place;
}

/* So many changed rows are not worth a difference; more are, for the order in which it writes. */
constexpr int64 few_rows = 16;

struct Replacing
{
	const Way *way;
	Collect *collect;
	ExprContext *expressions;
	const capture::Delta *delta;
	bool at_once;        /* what goes and what changes is written row by row, without a difference */
	TupleTableSlot *old; /* a row that left, if `waits`: the next may be what became of it */
	bool waits;
	IndexScanDesc scan; /* this and what follows, with the first such row */
	SnapshotData dirty; /* as in find_row.cpp */
	ScanKeyData *keys;
};

namespace {

void
begin_scan(Replacing *replacing)
{
	const Target *target = replacing->collect->target;
	int nkeys = replacing->way->in_place->keys.n;
	InitDirtySnapshot(replacing->dirty);
	replacing->keys = static_cast<ScanKeyData *>(palloc(sizeof(ScanKeyData) * static_cast<Size>(nkeys)));
	memcpy(replacing->keys, target->search, sizeof(ScanKeyData) * static_cast<Size>(nkeys));
	replacing->scan = pg::begin_index_scan(target->rel, target->key_rel, &replacing->dirty, nkeys);
	replacing->old = capture::slot_for(replacing->delta);
}

/* A row of the view as it is now, the way's row standing for the table's. False if that is as it was. */
bool
set_own(const Replacing *replacing, TupleTableSlot *view_row)
{
	const Way *way = replacing->way;
	bool any = false;
	ResetExprContext(replacing->expressions);
	for (int output : way->in_place->own)
	{
		Form_pg_attribute att = TupleDescAttr(view_row->tts_tupleDescriptor, output);
		bool isnull;
		Datum value = output_of(way, output, replacing->expressions, &isnull);
		any = any || isnull != view_row->tts_isnull[output] ||
			  (!isnull && !datum_image_eq(value, view_row->tts_values[output], att->attbyval, att->attlen));
		view_row->tts_values[output] = value;
		view_row->tts_isnull[output] = isnull;
	}
	return any;
}

/* What becomes of the waiting row's rows of the view. */
enum class Fate : char {
	leave,
	move, /* leave, and may come back */
	change,
};

void
replace(Replacing *replacing, Fate fate)
{
	const Way *way = replacing->way;
	Collect *collect = replacing->collect;
	Target *target = collect->target;
	const pg::Vec<int> &keys = way->in_place->keys;
	replacing->waits = false;
	for (int i = 0; i < keys.n; i++)
	{
		bool isnull;
		replacing->keys[i].sk_argument = slot_getattr(replacing->old, way->delta_reads[keys[i]].column, &isnull);
		replacing->keys[i].sk_flags = 0; /* no NULLs in a primary key, whatever was looked for before */
	}
	index_rescan(replacing->scan, replacing->keys, keys.n, nullptr, 0);
	while (index_getnext_slot(replacing->scan, ForwardScanDirection, target->found))
	{
		CHECK_FOR_INTERRUPTS();
		/* Whoever writes these rows has locked the values by which they are found: nobody else is at it. */
		if (TransactionIdIsValid(replacing->dirty.xmin) || TransactionIdIsValid(replacing->dirty.xmax))
			raise_concurrent(target);
		ItemPointer tid = &target->found->tts_tid;
		bool changes = false;
		if (fate == Fate::change)
		{
			fill_view_row(collect->row, target->found, 0, RelationGetDescr(target->rel)->natts);
			changes = set_own(replacing, collect->row);
			if (!changes)
				continue;
		}
		if (replacing->at_once && fate != Fate::move)
		{
			if (changes)
				update_row(target, tid, target->found, collect->row);
			else
				delete_row(target, tid, target->found);
			return;
		}
		collect_row(collect, -1, target->found, tid);
		if (changes)
			collect_row(collect, +1, collect->row, nullptr);
	}
}

/* Is the way's row what became of the waiting one, with the same rows of the other tables? */
bool
became(const Replacing *replacing)
{
	const Way *way = replacing->way;
	const TupleTableSlot *row = way->row;
	const pg::Vec<int> &keys = way->in_place->keys;
	for (int i = 0; i < way->in_place->fixed.n; i++)
	{
		const Read &read = way->delta_reads[way->in_place->fixed[i]];
		bool isnull;
		Datum before = slot_getattr(replacing->old, read.column, &isnull);
		Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, read.at);
		if (isnull != row->tts_isnull[read.at] ||
			(!isnull && !datum_image_eq(before, row->tts_values[read.at], att->attbyval, att->attlen)))
			return is_broken(Rule::in_place) && i >= keys.n;
	}
	return true;
}

} // namespace

Replacing *
begin_replacing(const Step *step, const Way *way, const capture::Delta *delta, Collect *collect)
{
	Target *target = collect->target;
	if (way->in_place == nullptr || target->key_rel == nullptr || !delta->netted ||
		(step->mask & (step->mask - 1)) != 0)
		return nullptr;
	Replacing *replacing = static_cast<Replacing *>(palloc0(sizeof(Replacing)));
	replacing->way = way;
	replacing->collect = collect;
	replacing->expressions = step->program->expressions;
	replacing->delta = delta;
	/* One key, one row: nothing to net, and the scan need not go on over what is written. What goes to other views' logs waits. */
	replacing->at_once = is_plain(target) && !target->feeds_views && !target->other_unique && target->key_unique &&
						 way->in_place->keys.n == step->program->analysis->shape.nkeys && delta->nrows <= few_rows;
	collect->at_once = replacing->at_once && delta->nrows == 1 && way->in_place->finds_one;
	return replacing;
}

bool
replaces(Replacing *replacing, TupleTableSlot *row, int32 sign, bool wanted)
{
	if (sign < 0)
	{
		if (replacing->waits)
			replace(replacing, Fate::leave);
		replacing->waits = wanted;
		if (wanted && replacing->scan == nullptr)
			begin_scan(replacing);
		if (wanted)
			ExecCopySlot(replacing->old, row);
		return true;
	}
	if (!replacing->waits)
		return !wanted;
	Fate fate = !wanted ? Fate::leave : became(replacing) ? Fate::change : Fate::move;
	replace(replacing, fate);
	return fate != Fate::move;
}

void
end_replacing(Replacing *replacing)
{
	if (replacing->waits)
		replace(replacing, Fate::leave);
	if (replacing->scan == nullptr)
		return;
	ExecClearTuple(replacing->collect->target->found);
	capture::put_back(replacing->delta, replacing->old);
	index_endscan(replacing->scan);
}

} // namespace dv::engine
