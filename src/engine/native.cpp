#include "engine/native.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
}

namespace dv::engine {

/* A block, compiled for the layout of its table's delta. */
struct NativeBlock
{
	ExprState *quals;
	int noutputs;
	ExprState **outputs;
	TupleTableSlot *row; /* sign, outputs */
};

namespace {

struct Relocation
{
	Oid table;
	TupleDesc delta;
};

/* A column of the table becomes the delta's column of that name. */
Node *
to_delta(Node *node, void *context)
{
	const Relocation *relocation = static_cast<const Relocation *>(context);
	if (node == nullptr)
		return nullptr;
	if (!IsA(node, Var))
		return pg::mutate_expression(node, to_delta, context);
	Var *var = static_cast<Var *>(copyObjectImpl(node));
	const char *name = get_attname(relocation->table, var->varattno, false);
	var->varattno = delta_column(relocation->delta, quote_identifier(name));
	return reinterpret_cast<Node *>(var);
}

ExprState *
compiled(Node *expr, Relocation *relocation)
{
	return ExecInitExpr(expression_planner(reinterpret_cast<Expr *>(to_delta(expr, relocation))), nullptr);
}

int
table_of(const Program *program, const analyze::Native *native)
{
	int table = 0;
	while (program->analysis->tables[table].table != native->table)
		table++;
	return table;
}

/* Kept with the prepared queries, which are for the same layouts. */
NativeBlock *
block_at(Program *program, int i, TupleDesc delta)
{
	if (program->native_blocks == nullptr)
		program->native_blocks = static_cast<NativeBlock **>(
			MemoryContextAllocZero(program->context, sizeof(NativeBlock *) * program->analysis->ir->blocks.n));
	if (program->native_blocks[i])
		return program->native_blocks[i];

	MemoryContext before = MemoryContextSwitchTo(program->context);
	const analyze::Native *native = program->analysis->natives[i];
	NativeBlock *block = static_cast<NativeBlock *>(palloc0(sizeof(NativeBlock)));
	Relocation relocation{native->table, delta};
	block->noutputs = list_length(native->outputs);
	block->outputs = static_cast<ExprState **>(palloc(sizeof(ExprState *) * (block->noutputs + 1)));
	TupleDesc desc = CreateTemplateTupleDesc(block->noutputs + 1);
	TupleDescInitEntry(desc, 1, "sign", INT4OID, -1, 0);
	ListCell *lc;
	foreach (lc, native->outputs)
	{
		Node *output = static_cast<Node *>(lfirst(lc));
		int at = foreach_current_index(lc);
		block->outputs[at] = compiled(output, &relocation);
		TupleDescInitEntry(desc, static_cast<AttrNumber>(at + 2), nullptr, exprType(output), exprTypmod(output), 0);
	}
	if (native->quals != NIL)
		block->quals = ExecPrepareQual(
			static_cast<List *>(static_cast<void *>(to_delta(reinterpret_cast<Node *>(native->quals), &relocation))),
			program->estate);
	block->row = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	MemoryContextSwitchTo(before);
	program->native_blocks[i] = block;
	return block;
}

} // namespace

void
run_native(Step *step, bool with_sign, Take take, void *context)
{
	Program *program = step->program;
	ExprContext *expressions = program->expressions;
	for (int i = 0; i < program->analysis->ir->blocks.n; i++)
	{
		const capture::Delta *delta = step->deltas[table_of(program, program->analysis->natives[i])];
		if (delta == nullptr)
			continue;
		NativeBlock *block = block_at(program, i, delta->desc);
		TupleTableSlot *slot = MakeSingleTupleTableSlot(delta->desc, &TTSOpsMinimalTuple);
		int first = with_sign ? 1 : 0;
		tuplestore_rescan(delta->rows);
		while (tuplestore_gettupleslot(delta->rows, true, false, slot))
		{
			CHECK_FOR_INTERRUPTS();
			ResetExprContext(expressions);
			expressions->ecxt_scantuple = slot;
			if (block->quals && !ExecQual(block->quals, expressions))
				continue;
			TupleTableSlot *row = ExecClearTuple(block->row);
			if (with_sign)
				row->tts_values[0] = slot_getattr(slot, delta->desc->natts, &row->tts_isnull[0]);
			for (int c = 0; c < block->noutputs; c++)
				row->tts_values[first + c] =
					ExecEvalExprSwitchContext(block->outputs[c], expressions, &row->tts_isnull[first + c]);
			row->tts_isnull[block->noutputs] = row->tts_isnull[block->noutputs] || !with_sign;
			take(ExecStoreVirtualTuple(row), context);
		}
		tuplestore_rescan(delta->rows);
		ExecDropSingleTupleTableSlot(slot);
	}
}

double
native_cost(const Step *step)
{
	return static_cast<double>(step->rows_in) * (cpu_tuple_cost + 4 * cpu_operator_cost);
}

} // namespace dv::engine
