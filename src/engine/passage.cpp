/*
 * Rows of a delta on their way through a block.
 */
#include "engine/in_place.hpp"
#include "engine/test_break.hpp"
#include "pg/compat.hpp"

namespace dv::engine {

namespace {

/* A row of the delta of a table that is looked up. */
struct DeltaRow
{
	Datum *values; /* as the look-up reads them */
	bool *nulls;
	int32 sign;
	uint64 met; /* the last look-up that found it in the table */
};

/* A look-up while rows go through. */
struct Finding
{
	LookUp *look_up;
	Relation rel;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	bool before; /* the table is to be read as it was before its delta */
	pg::Vec<DeltaRow> delta;
	uint64 number; /* of the look-up at hand */
	Datum *kept;   /* the keys whose row, if there is one, the slot still has; or null */
};

struct Passage
{
	Step *step;
	Way *way;
	Finding *findings;
	ExprContext *expressions; /* reset for each row that is judged */
	bool with_sign;
	Take take;
	void *context;
	Collect *collect; /* or nullptr */
};

void
read_row(const Passage *passage, const pg::Vec<Read> &reads, TupleTableSlot *slot)
{
	TupleTableSlot *row = passage->way->row;
	for (const Read &read : reads)
		row->tts_values[read.at] = slot_getattr(slot, read.column, &row->tts_isnull[read.at]);
}

bool
satisfies(Passage *passage, ExprState *quals)
{
	if (quals == nullptr)
		return true;
	ResetExprContext(passage->expressions);
	return ExecQual(quals, passage->expressions);
}

void
hand_over(Passage *passage, int32 sign)
{
	const Way *way = passage->way;
	TupleTableSlot *result = ExecClearTuple(way->result);
	int first = passage->with_sign ? 1 : 0;
	ResetExprContext(passage->expressions);
	result->tts_isnull[way->noutputs] = true; /* one more than there are, without the sign */
	result->tts_values[0] = Int32GetDatum(sign);
	result->tts_isnull[0] = false;
	for (int i = 0; i < way->noutputs; i++)
		result->tts_values[first + i] = output_of(way, i, passage->expressions, &result->tts_isnull[first + i]);
	passage->take(ExecStoreVirtualTuple(result), passage->context);
}

/* False if one is NULL, which nothing equals. */
bool
fill_keys(const Passage *passage, const LookUp *look_up)
{
	const TupleTableSlot *row = passage->way->row;
	for (int i = 0; i < look_up->nkeys; i++)
	{
		int source = look_up->sources[i];
		if (source >= 0 && row->tts_isnull[source])
			return false;
		if (source >= 0)
			look_up->keys[i].sk_argument = row->tts_values[source];
	}
	return true;
}

/* Where there is one row at most: is it the row of the last look-up? An update's old row and its new one mostly agree. */
bool
has_kept(const Passage *passage, const Finding *finding)
{
	const TupleTableSlot *row = passage->way->row;
	bool same = finding->kept != nullptr;
	for (int i = 0; same && i < finding->look_up->nkeys; i++)
	{
		int source = finding->look_up->sources[i];
		if (source < 0)
			continue;
		Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, source);
		same = datumIsEqual(finding->kept[i], row->tts_values[source], att->attbyval, att->attlen);
	}
	return same;
}

void
keep(const Passage *passage, Finding *finding)
{
	const LookUp *look_up = finding->look_up;
	const TupleTableSlot *row = passage->way->row;
	if (finding->kept == nullptr)
		finding->kept = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(look_up->nkeys)));
	for (int i = 0; i < look_up->nkeys; i++)
	{
		if (look_up->sources[i] < 0)
			continue;
		Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, look_up->sources[i]);
		finding->kept[i] = datumCopy(look_up->keys[i].sk_argument, att->attbyval, att->attlen);
	}
}

/* The next row of the look-up at hand, into its slot. */
bool
find_next(const Passage *passage, Finding *finding, bool first)
{
	const LookUp *look_up = finding->look_up;
	if (!look_up->one)
		return index_getnext_slot(finding->scan, ForwardScanDirection, finding->slot);
	if (!first)
		return false;
	if (has_kept(passage, finding))
		return !TTS_EMPTY(finding->slot);
	ExecClearTuple(finding->slot);
	index_rescan(finding->scan, look_up->keys, look_up->nkeys, nullptr, 0);
	bool found = index_getnext_slot(finding->scan, ForwardScanDirection, finding->slot);
	keep(passage, finding);
	return found;
}

/* Is what stands in the row one that the delta has added?  Each stands for one row of the table. */
bool
is_added(const Passage *passage, Finding *finding)
{
	const TupleTableSlot *row = passage->way->row;
	const pg::Vec<Read> &reads = finding->look_up->reads;
	for (DeltaRow &added : finding->delta)
	{
		bool same = added.sign > 0 && added.met != finding->number;
		for (int i = 0; same && i < reads.n; i++)
		{
			Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, reads[i].at);
			same = added.nulls[i] == row->tts_isnull[reads[i].at] &&
				   (added.nulls[i] ||
					datum_image_eq(added.values[i], row->tts_values[reads[i].at], att->attbyval, att->attlen));
		}
		if (same)
		{
			added.met = finding->number;
			return true;
		}
	}
	return false;
}

/*
 * The rows that satisfy what is known by now, one look-up after the other.  A table as it was is the table as it is, less
 * its delta: rows that the delta added are passed over, and what else the delta has comes with its sign turned.
 */
void
go_on(Passage *passage, int depth, int32 sign)
{
	if (depth == passage->way->look_ups.n)
	{
		hand_over(passage, sign);
		return;
	}
	check_stack_depth();
	Finding *finding = &passage->findings[depth];
	const LookUp *look_up = finding->look_up;
	if (!fill_keys(passage, look_up))
		return;
	finding->number++;
	if (!look_up->one)
		index_rescan(finding->scan, look_up->keys, look_up->nkeys, nullptr, 0);
	for (bool first = true; find_next(passage, finding, first); first = false)
	{
		CHECK_FOR_INTERRUPTS();
		read_row(passage, look_up->reads, finding->slot);
		if (satisfies(passage, look_up->quals) &&
			!(finding->before && passage->with_sign && is_added(passage, finding)))
			go_on(passage, depth + 1, sign);
	}
	for (int i = 0; finding->before && i < finding->delta.n; i++)
	{
		const DeltaRow &changed = finding->delta[i];
		if (changed.met == finding->number)
			continue;
		for (int c = 0; c < look_up->reads.n; c++)
		{
			passage->way->row->tts_values[look_up->reads[c].at] = changed.values[c];
			passage->way->row->tts_isnull[look_up->reads[c].at] = changed.nulls[c];
		}
		if (satisfies(passage, look_up->found) && satisfies(passage, look_up->quals))
			go_on(passage, depth + 1, -sign * changed.sign);
	}
}

/* Deltas have some of their table's columns, under the same names. Good for as long as the program's ways are. */
pg::Vec<Read>
reads_of_delta(const Program *program, Oid table, const pg::Vec<Read> &reads, TupleDesc delta)
{
	pg::Vec<Read> in_delta;
	in_delta.context = program->context;
	for (const Read &read : reads)
		in_delta.push(Read{delta_column(delta, quote_identifier(get_attname(table, read.column, false))), read.at});
	return in_delta;
}

void
load_delta(const Program *program, Finding *finding, const capture::Delta *delta)
{
	LookUp *look_up = finding->look_up;
	if (look_up->delta_reads.empty())
		look_up->delta_reads = reads_of_delta(program, look_up->table, look_up->reads, delta->desc);
	const pg::Vec<Read> &reads = look_up->delta_reads;
	capture::DeltaReader reader = capture::begin_delta(delta);
	TupleTableSlot *slot = reader.slot;
	Size n = static_cast<Size>(reads.n + 1);
	while (capture::next_row(&reader))
	{
		bool isnull;
		DeltaRow row{static_cast<Datum *>(palloc(sizeof(Datum) * n)), static_cast<bool *>(palloc(sizeof(bool) * n)),
					 DatumGetInt32(slot_getattr(slot, delta->desc->natts, &isnull)), 0};
		for (int i = 0; i < reads.n; i++)
		{
			Form_pg_attribute att = TupleDescAttr(delta->desc, reads[i].column - 1);
			Datum value = slot_getattr(slot, reads[i].column, &row.nulls[i]);
			row.values[i] = row.nulls[i] ? value : datumCopy(value, att->attbyval, att->attlen);
		}
		finding->delta.push(row);
	}
	capture::end_reading(&reader);
}

TupleTableSlot *
slot_for(const Program *program, Finding *finding)
{
	LookUp *look_up = finding->look_up;
	if (look_up->desc == nullptr)
	{
		MemoryContext before = MemoryContextSwitchTo(program->context);
		/* With the defaults of columns that stored rows are without. */
		look_up->desc = CreateTupleDescCopyConstr(RelationGetDescr(finding->rel));
		MemoryContextSwitchTo(before);
	}
	return pg::take_slot(&look_up->idle, look_up->desc, table_slot_callbacks(finding->rel));
}

void
begin_findings(Passage *passage, int block)
{
	Way *way = passage->way;
	const Program *program = passage->step->program;
	passage->findings = static_cast<Finding *>(palloc0(sizeof(Finding) * static_cast<Size>(way->look_ups.n + 1)));
	for (int i = 0; i < way->look_ups.n; i++)
	{
		Finding *finding = &passage->findings[i];
		finding->look_up = &way->look_ups[i];
		finding->rel = table_open(finding->look_up->table, NoLock); /* lock_relations holds it */
		finding->index = index_open(finding->look_up->index, AccessShareLock);
		finding->scan =
			pg::begin_index_scan(finding->rel, finding->index, GetActiveSnapshot(), finding->look_up->nkeys);
		finding->slot = slot_for(program, finding);
		/* Terms take the deltas one after the other; a trace wants all rows that were and that are. */
		bool later = finding->look_up->occurrence > way->occurrence || !passage->with_sign;
		bool linear = program->analysis->ir->kind == core::Kind::linear;
		const capture::Delta *delta = delta_at(passage->step, block, finding->look_up->occurrence);
		finding->before = later && delta && !(is_broken(Rule::linear) && linear && passage->with_sign);
		if (finding->before)
			load_delta(program, finding, delta);
	}
}

void
end_findings(const Passage *passage)
{
	for (int i = 0; passage->findings && i < passage->way->look_ups.n; i++)
	{
		const Finding &finding = passage->findings[i];
		pg::put_back(&finding.look_up->idle, finding.slot, passage->step->program->context);
		index_endscan(finding.scan);
		index_close(finding.index, NoLock);
		table_close(finding.rel, NoLock);
	}
}

/* Of so many changed rows, pairs that are alike for this view are looked for. */
constexpr int64 few_rows = 64;

/* Is the row, as far as the way reads it, the one that left before it? Then the two come to nothing. */
bool
is_alike(const Way *way, TupleTableSlot *left, TupleTableSlot *entered)
{
	TupleDesc desc = left->tts_tupleDescriptor;
	for (const Read &read : way->delta_reads)
	{
		Form_pg_attribute att = TupleDescAttr(desc, read.column - 1);
		bool was_null;
		bool is_null;
		Datum was = slot_getattr(left, read.column, &was_null);
		Datum is = slot_getattr(entered, read.column, &is_null);
		if (was_null != is_null || (!was_null && !datum_image_eq(was, is, att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

struct Running
{
	Passage *passage;
	int block;
	Replacing *replacing; /* or nullptr */
};

void
begin_row(const Running *running, TupleTableSlot *row, int32 sign)
{
	Passage *passage = running->passage;
	const Way *way = passage->way;
	read_row(passage, way->delta_reads, row);
	bool wanted = satisfies(passage, way->quals);
	if (running->replacing ? replaces(running->replacing, row, sign, wanted) : !wanted)
		return;
	if (passage->findings == nullptr)
		begin_findings(passage, running->block);
	go_on(passage, 0, sign);
}

void
run_way(Passage *passage, int block, const capture::Delta *delta)
{
	Way *way = passage->way;
	if (way->delta_reads.empty())
		way->delta_reads = reads_of_delta(passage->step->program, way->table, way->reads, delta->desc);
	capture::DeltaReader reader = capture::begin_delta(delta);
	Running running{passage, block,
					passage->collect ? begin_replacing(passage->step, way, delta, passage->collect) : nullptr};
	/* An update of what other views read. A trace reads no more than leads to the key; who replaces looks for himself. */
	bool pairs = passage->with_sign && !running.replacing && delta->nrows > 1 && delta->nrows <= few_rows;
	TupleTableSlot *left = pairs ? capture::slot_for(delta) : nullptr;
	bool waits = false; /* `left` has a row */
	ExecStoreVirtualTuple(ExecClearTuple(way->row));
	passage->expressions->ecxt_scantuple = way->row;
	while (capture::next_row(&reader))
	{
		bool isnull;
		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(reader.slot);
		int32 sign = DatumGetInt32(slot_getattr(reader.slot, delta->desc->natts, &isnull));
		bool alike = waits && sign > 0 && is_alike(way, left, reader.slot);
		if (waits && !alike)
			begin_row(&running, left, -1);
		waits = pairs && sign < 0;
		if (waits)
			ExecCopySlot(left, reader.slot);
		else if (!alike)
			begin_row(&running, reader.slot, sign);
	}
	if (waits)
		begin_row(&running, left, -1);
	if (running.replacing)
		end_replacing(running.replacing);
	if (left)
		capture::put_back(delta, left);
	ExecClearTuple(way->row);
	capture::end_reading(&reader);
	end_findings(passage);
}

} // namespace

void
pass(Step *step, int block, Way *way, bool with_sign, Take take, void *context, Collect *collect)
{
	Passage passage{step, way, nullptr, step->program->expressions, with_sign, take, context, collect};
	run_way(&passage, block, delta_at(step, block, way->occurrence));
}

} // namespace dv::engine
