#include "engine/native.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "utils/acl.h"
}

namespace dv::engine {

/* The ways of a block, by the occurrence that each begins with. */
struct NativeBlock
{
	Way **ways;
	bool *made;
};

namespace {

/*
 * Where look-ups come to more rows than these, a query is left to choose how to join.  A look-up takes about as long as
 * a join takes to read and hash some rows of the table: so many.
 */
constexpr double few_rows = 1000;
constexpr double rows_per_look_up = 8;

/* Kept with the prepared queries, and thrown away with them. */
Way *
way_from(Program *program, int i, int occurrence)
{
	const core::View *ir = program->analysis->ir;
	if (program->native_blocks == nullptr)
		program->native_blocks = static_cast<NativeBlock *>(
			MemoryContextAllocZero(program->context, sizeof(NativeBlock) * static_cast<Size>(ir->blocks.n)));
	NativeBlock *block = &program->native_blocks[i];
	const analyze::Native *native = program->analysis->natives[i];
	Size n = static_cast<Size>(native->ntables);
	if (block->ways == nullptr)
	{
		block->made = static_cast<bool *>(MemoryContextAllocZero(program->context, sizeof(bool) * n));
		block->ways = static_cast<Way **>(MemoryContextAllocZero(program->context, sizeof(Way *) * n));
	}
	if (!block->made[occurrence])
	{
		int before = restrict_operation(); /* planning may call functions */
		block->ways[occurrence] = make_way(program, native, occurrence);
		pg::restore_context(before);
	}
	block->made[occurrence] = true;
	return block->ways[occurrence];
}

/* Queries look at the rights of the view's owner; here somebody must. Where columns are granted, a query finds out. */
bool
may_read(const Step *step, const Way *way)
{
	for (const LookUp &look_up : way->look_ups)
		if (pg_class_aclcheck(look_up.table, step->owner, ACL_SELECT) != ACLCHECK_OK)
			return false;
	return true;
}

/* Beside a table that has changed, too, rows are compared with those of its delta, one by one. */
double
most_rows(const Step *step, int block, const Way *way)
{
	for (const LookUp &look_up : way->look_ups)
		if (delta_at(step, block, look_up.occurrence))
			return few_rows;
	return Max(few_rows, way->all / rows_per_look_up);
}

} // namespace

const capture::Delta *
delta_at(const Step *step, int block, int occurrence)
{
	const core::View *ir = step->program->analysis->ir;
	return step->deltas[ir->occurrences[ir->blocks[block].occurrences[occurrence]].table];
}

bool
runs_natively(Step *step)
{
	Program *program = step->program;
	if (!program->native)
		return false;
	for (int i = 0; i < program->analysis->ir->blocks.n; i++)
		for (int o = 0; o < program->analysis->natives[i]->ntables; o++)
		{
			if (delta_at(step, i, o) == nullptr)
				continue;
			const Way *way = way_from(program, i, o);
			if (way == nullptr)
				return false;
			if (!way->look_ups.empty() &&
				(way->rows * static_cast<double>(step->rows_in) > most_rows(step, i, way) || !may_read(step, way)))
				return false;
		}
	return true;
}

void
run_native(Step *step, bool with_sign, Take take, void *context, Collect *collect)
{
	Program *program = step->program;
	for (int i = 0; i < program->analysis->ir->blocks.n; i++)
		for (int o = 0; o < program->analysis->natives[i]->ntables; o++)
		{
			if (delta_at(step, i, o))
				pass(step, i, way_from(program, i, o), with_sign, take, context, collect);
		}
}

double
native_cost(const Step *step)
{
	return static_cast<double>(step->rows_in) * (cpu_tuple_cost + 4 * cpu_operator_cost);
}

} // namespace dv::engine
