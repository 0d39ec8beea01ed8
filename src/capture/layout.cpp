#include "capture/layout.hpp"

#include "capture/transaction.hpp"

extern "C" {
#include "access/detoast.h"
#include "catalog/pg_constraint.h"
#include "utils/hsearch.h"
}

namespace dv::capture {

namespace {

uint64 layouts_made;

Oid
filenode_of(Relation rel)
{
	return rel->rd_rel->relfilenode;
}

bool
same_column(Form_pg_attribute a, Form_pg_attribute b)
{
	return a->atttypid == b->atttypid && a->atttypmod == b->atttypmod && a->attcollation == b->attcollation &&
		   strcmp(NameStr(a->attname), NameStr(b->attname)) == 0;
}

/* A value that stayed where it was is not read: the pointer is enough. */
bool
same_value(Form_pg_attribute attribute, Datum a, Datum b)
{
	if (attribute->attbyval && a == b)
		return true;
	if (attribute->attlen == -1)
	{
		const char *x = DatumGetPointer(a);
		const char *y = DatumGetPointer(b);
		if (VARSIZE_ANY(x) == VARSIZE_ANY(y) && memcmp(x, y, VARSIZE_ANY(x)) == 0)
			return true;
	}
	return datum_image_eq(a, b, attribute->attbyval, attribute->attlen);
}

bool
must_fetch(Datum value, int at, Stored stored, TupleTableSlot *old_slot)
{
	const char *pointer = DatumGetPointer(value);

	if (!VARATT_IS_EXTERNAL_ONDISK(pointer))
		return false;
	if (stored != Stored::as_in_old)
		return true;
	slot_getsomeattrs(old_slot, at + 1);
	if (old_slot->tts_isnull[at])
		return true;
	const char *before = DatumGetPointer(old_slot->tts_values[at]);
	return !VARATT_IS_EXTERNAL_ONDISK(before) || memcmp(pointer, before, VARSIZE_ANY(pointer)) != 0;
}

} // namespace

Layout *
make_layout(Relation rel, const catalog::Table *info, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	TupleDesc from = RelationGetDescr(rel);
	int n = info->ncolumns;
	auto *layout = static_cast<Layout *>(palloc0(sizeof(Layout)));

	layout->desc = CreateTemplateTupleDesc(n + 1);
	layout->columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * static_cast<Size>(n + 1)));
	layout->values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(n + 1)));
	layout->isnull = static_cast<bool *>(palloc(sizeof(bool) * static_cast<Size>(n + 1)));
	for (int i = 0; i < n; i++)
	{
		AttrNumber column = info->columns[i];
		if (column < 1 || column > from->natts || TupleDescAttr(from, column - 1)->attisdropped)
			elog(ERROR, "column %d of table \"%s\" cannot be captured", column, RelationGetRelationName(rel));
		TupleDescCopyEntry(layout->desc, static_cast<AttrNumber>(i + 1), from, column);
		layout->columns[i] = column;
		layout->last = Max(layout->last, column);
	}
	layout->ncolumns = n;
	layout->filenode = filenode_of(rel);
	layout->number = ++layouts_made;
	TupleDescInitEntry(layout->desc, static_cast<AttrNumber>(n + 1), sign_column, INT4OID, -1, 0);
	layout->plain = pg::plain_rows(layout->desc);
	MemoryContextSwitchTo(caller);
	return layout;
}

namespace {

struct Known
{
	Oid table;
	uint64 generation;
	MemoryContext context;
	Layout *layout;
};

HTAB *layouts;
pg::Vec<MemoryContext> outdated;

} // namespace

Layout *
current_layout(Relation rel, const catalog::Table *info, uint64 generation)
{
	if (layouts == nullptr)
	{
		HASHCTL control = {};
		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(Known);
		layouts = hash_create("deltaview layouts", 32, &control, HASH_ELEM | HASH_BLOBS);
		outdated.context = TopMemoryContext;
	}
	Oid table = RelationGetRelid(rel);
	bool found;
	Known *known = static_cast<Known *>(hash_search(layouts, &table, HASH_FIND, &found));
	if (found && known->generation == generation)
		return known->layout;

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview layout", ALLOCSET_SMALL_SIZES);
	Layout *layout = make_layout(rel, info, context);
	outdated.grow(outdated.n + 1);
	known = static_cast<Known *>(hash_search(layouts, &table, HASH_ENTER, &found));
	if (found)
		outdated.push(known->context);
	MemoryContextSetParent(context, TopMemoryContext);
	known->generation = generation;
	known->context = context;
	known->layout = layout;
	return layout;
}

namespace {

/* Do foreign keys of the table update its rows?  What they update counts as updated by the statement that led to it. */
bool
follows_keys(Relation rel)
{
	ListCell *lc;
	foreach (lc, RelationGetFKeyList(rel))
	{
		HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(lfirst_node(ForeignKeyCacheInfo, lc)->conoid));
		if (!HeapTupleIsValid(tuple))
			return true;
		Form_pg_constraint key = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
		bool follows = strchr("cnd", key->confupdtype) || strchr("nd", key->confdeltype);
		ReleaseSysCache(tuple);
		if (follows)
			return true;
	}
	return false;
}

} // namespace

void
begin_rows(Layout *layout, Relation rel, uint64 generation)
{
	/* After an error they may hold what is gone. */
	if (layout->rows_as_of != generation || layout->reading)
	{
		MemoryContext before = MemoryContextSwitchTo(GetMemoryChunkContext(layout));
		/* With the defaults of columns that stored rows are without. */
		TupleDesc desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
		layout->old_row = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		layout->new_row = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		MemoryContextSwitchTo(before);
		layout->repeats = follows_keys(rel);
		layout->rows_as_of = generation;
	}
	layout->reading = true;
}

void
end_rows(Layout *layout)
{
	ExecClearTuple(layout->old_row);
	ExecClearTuple(layout->new_row);
	layout->reading = false;
}

void
release_layouts() noexcept
{
	for (MemoryContext context : outdated)
		MemoryContextDelete(context);
	outdated.clear();
}

bool
fits(const Layout *layout, Relation rel, const catalog::Table *info)
{
	TupleDesc desc = RelationGetDescr(rel);
	int j = 0;

	if (layout->filenode != filenode_of(rel))
		return false;
	for (int i = 0; i < info->ncolumns; i++)
	{
		AttrNumber column = info->columns[i];
		while (j < layout->ncolumns && layout->columns[j] < column)
			j++;
		if (j == layout->ncolumns || layout->columns[j] != column || column > desc->natts)
			return false;
		Form_pg_attribute attribute = TupleDescAttr(desc, column - 1);
		if (attribute->attisdropped || !same_column(attribute, TupleDescAttr(layout->desc, j)))
			return false;
	}
	/* What is captured besides must still be there to be read. */
	for (j = 0; j < layout->ncolumns; j++)
	{
		AttrNumber column = layout->columns[j];
		if (column > desc->natts || TupleDescAttr(desc, column - 1)->attisdropped ||
			!same_column(TupleDescAttr(desc, column - 1), TupleDescAttr(layout->desc, j)))
			return false;
	}
	return true;
}

bool
same_columns(const Layout *layout, TupleDesc desc, TupleTableSlot *a, TupleTableSlot *b)
{
	if (layout->ncolumns == 0)
		return true;
	slot_getsomeattrs(a, layout->last);
	slot_getsomeattrs(b, layout->last);
	for (int i = 0; i < layout->ncolumns; i++)
	{
		int at = layout->columns[i] - 1;
		if (a->tts_isnull[at] != b->tts_isnull[at])
			return false;
		if (!a->tts_isnull[at] && !same_value(TupleDescAttr(desc, at), a->tts_values[at], b->tts_values[at]))
			return false;
	}
	return true;
}

/* The row is formed where it stays; expanded values are flattened. */
void
add_row(Pool *pool, RowLog *log, Layout *layout, int sign, TupleTableSlot *slot, Stored stored,
		TupleTableSlot *old_slot)
{
	int n = layout->ncolumns;
	bool hasnull = false;
	bool fetched = false;

	if (n > 0)
		slot_getsomeattrs(slot, layout->last);
	for (int i = 0; i < n; i++)
	{
		int at = layout->columns[i] - 1;
		layout->values[i] = slot->tts_values[at];
		layout->isnull[i] = slot->tts_isnull[at];
		hasnull |= slot->tts_isnull[at];
		if (stored != Stored::all && !slot->tts_isnull[at] && TupleDescAttr(layout->desc, i)->attlen == -1 &&
			must_fetch(slot->tts_values[at], at, stored, old_slot))
		{
			auto *value = reinterpret_cast<struct varlena *>(DatumGetPointer(slot->tts_values[at]));
			layout->values[i] = PointerGetDatum(detoast_external_attr(value));
			fetched = true;
		}
	}
	layout->values[n] = Int32GetDatum(sign);
	layout->isnull[n] = false;

	Size bytes = pg::bytes_of_row(layout->plain, layout->desc, layout->values, layout->isnull, hasnull);
	pg::fill_row(reinterpret_cast<MinimalTuple>(reserve_entry(pool, log, bytes)), bytes, layout->plain, layout->desc,
				 layout->values, layout->isnull, hasnull);
	add_entry(log, bytes);

	for (int i = 0; fetched && i < n; i++)
	{
		if (!layout->isnull[i] && layout->values[i] != slot->tts_values[layout->columns[i] - 1])
			pfree(DatumGetPointer(layout->values[i]));
	}
}

} // namespace dv::capture
