/*
 * A way from a changed table through the others: in which order, by which indexes, and which condition is judged where.
 */
#include "engine/in_place.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_statistic.h"
#include "optimizer/optimizer.h"
}

namespace dv::engine {

namespace {

/* Of a table never analysed: the rows that share a value. */
constexpr double unknown_rows = 10;

/* The columns that a block reads, in the order of the row that is put together. */
struct Columns
{
	pg::Vec<const Var *> vars;

	int at(const Var *var)
	{
		for (int i = 0; i < vars.n; i++)
			if (vars[i]->varno == var->varno && vars[i]->varattno == var->varattno)
				return i;
		vars.push(var);
		return vars.n - 1;
	}
};

Node *
to_row(Node *node, void *context)
{
	if (node == nullptr)
		return nullptr;
	if (!IsA(node, Var))
		return pg::mutate_expression(node, to_row, context);
	Var *var = static_cast<Var *>(copyObjectImpl(node));
	var->varno = 1;
	var->varattno =
		static_cast<AttrNumber>(static_cast<Columns *>(context)->at(reinterpret_cast<const Var *>(node)) + 1);
	return reinterpret_cast<Node *>(var);
}

ExprState *
compiled(Node *expr, Columns *columns)
{
	return ExecInitExpr(expression_planner(reinterpret_cast<Expr *>(to_row(expr, columns))), nullptr);
}

ExprState *
compiled_quals(Program *program, List *quals, Columns *columns)
{
	if (quals == NIL)
		return nullptr;
	Node *relocated = to_row(reinterpret_cast<Node *>(quals), columns);
	return ExecPrepareQual(static_cast<List *>(static_cast<void *>(relocated)), program->estate);
}

bool
is_column(Node *node, int occurrence, AttrNumber column)
{
	if (!IsA(node, Var))
		return false;
	const Var *var = reinterpret_cast<const Var *>(node);
	return var->varno == occurrence + 1 && var->varattno == column;
}

bool
is_known(Node *node, const Bitmapset *bound)
{
	if (IsA(node, Const))
		return !reinterpret_cast<const Const *>(node)->constisnull;
	return IsA(node, Var) && bms_is_member(static_cast<int>(reinterpret_cast<const Var *>(node)->varno), bound);
}

/* A condition by which an index finds rows. */
struct Condition
{
	Node *qual;
	Oid op; /* the index's column stands on its left */
	Node *value;
};

/* Does the condition say that the index's column equals what is known by now? */
bool
equates(Node *qual, Relation index, int at, int occurrence, const Bitmapset *bound, Condition *condition)
{
	if (!IsA(qual, OpExpr))
		return false;
	const OpExpr *expr = reinterpret_cast<const OpExpr *>(qual);
	if (list_length(expr->args) != 2 ||
		(OidIsValid(index->rd_indcollation[at]) && index->rd_indcollation[at] != expr->inputcollid))
		return false;
	AttrNumber column = index->rd_index->indkey.values[at];
	Node *left = analyze::strip_relabel(static_cast<Node *>(linitial(expr->args)));
	Node *right = analyze::strip_relabel(static_cast<Node *>(lsecond(expr->args)));
	bool turned = !(is_column(left, occurrence, column) && is_known(right, bound));
	if (turned && !(is_column(right, occurrence, column) && is_known(left, bound)))
		return false;
	*condition = Condition{qual, turned ? get_commutator(expr->opno) : expr->opno, turned ? left : right};
	return OidIsValid(condition->op) &&
		   get_op_opfamily_strategy(condition->op, index->rd_opfamily[at]) == BTEqualStrategyNumber;
}

bool
is_searchable(Relation index)
{
	return index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid && index->rd_index->indisready &&
		   !index->rd_index->indcheckxmin && RelationGetIndexPredicate(index) == NIL;
}

double
distinct_values(Relation rel, AttrNumber column)
{
	HeapTuple tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(RelationGetRelid(rel)), Int16GetDatum(column),
									  BoolGetDatum(false));
	if (!HeapTupleIsValid(tuple))
		return 0;
	double distinct = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple))->stadistinct;
	ReleaseSysCache(tuple);
	return distinct < 0 ? -distinct * static_cast<double>(rel->rd_rel->reltuples) : distinct;
}

double
rows_found(Relation rel, Relation index)
{
	double rows = static_cast<double>(rel->rd_rel->reltuples);
	double distinct = distinct_values(rel, index->rd_index->indkey.values[0]);
	return distinct > 0 && rows >= 0 ? Max(rows / distinct, 1) : unknown_rows;
}

/* What is decided of a table: the index, and the conditions that it sees to. */
struct Choice
{
	int occurrence;
	Oid index;
	pg::Vec<Condition> conditions;
	bool one;
	double rows;
	double all; /* of the table */
};

pg::Vec<Condition>
conditions_for(Relation index, int occurrence, List *quals, const Bitmapset *bound)
{
	pg::Vec<Condition> conditions;
	for (int i = 0; i < index->rd_index->indnkeyatts && index->rd_index->indkey.values[i] > 0; i++)
	{
		Condition condition;
		ListCell *lc;
		bool any = false;
		foreach (lc, quals)
		{
			any = equates(static_cast<Node *>(lfirst(lc)), index, i, occurrence, bound, &condition);
			if (any)
				break;
		}
		if (!any)
			break;
		conditions.push(condition);
	}
	return conditions;
}

/* A time with its zone may equal two without, where clocks are put forward: an index tells these apart. */
bool
are_immutable(const pg::Vec<Condition> &conditions)
{
	for (const Condition &condition : conditions)
		if (op_volatile(condition.op) != PROVOLATILE_IMMUTABLE)
			return false;
	return true;
}

/* The index of the table that finds the fewest rows; false if none serves. */
bool
choose_index(Oid table, int occurrence, List *quals, const Bitmapset *bound, Choice *choice)
{
	Relation rel = table_open(table, AccessShareLock);
	bool plain = (rel->rd_rel->relkind == RELKIND_RELATION || rel->rd_rel->relkind == RELKIND_MATVIEW) &&
				 !rel->rd_rel->relhassubclass && !rel->rd_rel->relrowsecurity;
	List *indexes = plain ? RelationGetIndexList(rel) : NIL;
	ListCell *lc;
	double all = Max(static_cast<double>(rel->rd_rel->reltuples), 0);
	*choice = Choice{occurrence, InvalidOid, {}, false, 0, all};
	foreach (lc, indexes)
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		if (is_searchable(index))
		{
			pg::Vec<Condition> conditions = conditions_for(index, occurrence, quals, bound);
			bool one = index->rd_index->indisunique && index->rd_index->indimmediate &&
					   conditions.n == index->rd_index->indnkeyatts && are_immutable(conditions);
			double rows = conditions.empty() ? 0 : one ? 1 : rows_found(rel, index);
			if (!conditions.empty() && (!OidIsValid(choice->index) || rows < choice->rows))
				*choice = Choice{occurrence, RelationGetRelid(index), conditions, one, rows, all};
		}
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	return OidIsValid(choice->index);
}

/* Takes those out of the list that the bound tables decide. */
List *
decided(List **quals, const Bitmapset *bound)
{
	List *ready = NIL;
	List *rest = NIL;
	ListCell *lc;
	foreach (lc, *quals)
	{
		Node *qual = static_cast<Node *>(lfirst(lc));
		if (bms_is_subset(pull_varnos(nullptr, qual), bound))
			ready = lappend(ready, qual);
		else
			rest = lappend(rest, qual);
	}
	*quals = rest;
	return ready;
}

LookUp
make_look_up(Program *program, const Choice &choice, Oid table, List *quals, Columns *columns)
{
	LookUp look_up{};
	look_up.occurrence = choice.occurrence;
	look_up.table = table;
	look_up.index = choice.index;
	look_up.one = choice.one;
	look_up.rows = choice.rows;
	look_up.nkeys = choice.conditions.n;
	look_up.keys = static_cast<ScanKey>(palloc0(sizeof(ScanKeyData) * static_cast<Size>(look_up.nkeys)));
	look_up.sources = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(look_up.nkeys)));
	List *found = NIL;
	Relation index = index_open(choice.index, NoLock);
	for (int i = 0; i < look_up.nkeys; i++)
	{
		const Condition &condition = choice.conditions[i];
		bool constant = IsA(condition.value, Const);
		look_up.sources[i] = constant ? -1 : columns->at(reinterpret_cast<const Var *>(condition.value));
		int strategy;
		Oid left;
		Oid right;
		get_op_opfamily_properties(condition.op, index->rd_opfamily[i], false, &strategy, &left, &right);
		ScanKeyEntryInitialize(
			&look_up.keys[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber, right,
			index->rd_indcollation[i], get_opcode(condition.op),
			constant ? static_cast<const Const *>(static_cast<void *>(copyObjectImpl(condition.value)))->constvalue
					 : static_cast<Datum>(0));
		quals = list_delete_ptr(quals, condition.qual);
		found = list_append_unique_ptr(found, condition.qual);
	}
	index_close(index, NoLock);
	look_up.found = compiled_quals(program, found, columns);
	look_up.quals = compiled_quals(program, quals, columns);
	return look_up;
}

/* The columns of one occurrence. */
pg::Vec<Read>
reads_of(const Columns &columns, int occurrence)
{
	pg::Vec<Read> reads;
	for (int i = 0; i < columns.vars.n; i++)
		if (columns.vars[i]->varno == occurrence + 1)
			reads.push(Read{columns.vars[i]->varattno, i});
	return reads;
}

bool
add_look_ups(Program *program, const analyze::Native *native, List *quals, Columns *columns, Way *way)
{
	Bitmapset *bound = bms_make_singleton(way->occurrence + 1);
	List *conditions = list_copy(quals);
	way->quals = compiled_quals(program, decided(&conditions, bound), columns);
	way->rows = 1;
	while (way->look_ups.n + 1 < native->ntables)
	{
		Choice best{-1, InvalidOid, {}, false, 0, 0};
		for (int i = 0; i < native->ntables; i++)
		{
			Choice choice;
			if (!bms_is_member(i + 1, bound) && choose_index(native->tables[i], i, conditions, bound, &choice) &&
				(best.occurrence < 0 || choice.rows < best.rows))
				best = choice;
		}
		if (best.occurrence < 0)
			return false;
		bound = bms_add_member(bound, best.occurrence + 1);
		List *ready = decided(&conditions, bound);
		way->look_ups.push(make_look_up(program, best, native->tables[best.occurrence], ready, columns));
		way->rows *= best.rows;
		way->all += best.all;
	}
	return true;
}

void
make_rows(const analyze::Native *native, const Columns &columns, Way *way)
{
	TupleDesc desc = CreateTemplateTupleDesc(columns.vars.n);
	for (int i = 0; i < columns.vars.n; i++)
	{
		const Var *var = columns.vars[i];
		TupleDescInitEntry(desc, static_cast<AttrNumber>(i + 1), nullptr, var->vartype, var->vartypmod, 0);
		TupleDescInitEntryCollation(desc, static_cast<AttrNumber>(i + 1), var->varcollid);
	}
	way->row = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);

	TupleDesc result = CreateTemplateTupleDesc(way->noutputs + 1);
	TupleDescInitEntry(result, 1, "sign", INT4OID, -1, 0);
	ListCell *lc;
	foreach (lc, native->outputs)
	{
		Node *output = static_cast<Node *>(lfirst(lc));
		TupleDescInitEntry(result, static_cast<AttrNumber>(foreach_current_index(lc) + 2), nullptr, exprType(output),
						   exprTypmod(output), 0);
	}
	way->result = MakeSingleTupleTableSlot(result, &TTSOpsVirtual);
}

} // namespace

Way *
make_way(Program *program, const analyze::Native *native, int occurrence)
{
	MemoryContext before = MemoryContextSwitchTo(program->context);
	Way *way = static_cast<Way *>(palloc0(sizeof(Way)));
	Columns columns{};
	way->occurrence = occurrence;
	way->table = native->tables[occurrence];
	bool possible = add_look_ups(program, native, native->quals, &columns, way);
	if (possible)
	{
		way->noutputs = list_length(native->outputs);
		way->outputs = static_cast<ExprState **>(palloc(sizeof(ExprState *) * static_cast<Size>(way->noutputs + 1)));
		way->copied = static_cast<int *>(palloc(sizeof(int) * static_cast<Size>(way->noutputs + 1)));
		ListCell *lc;
		foreach (lc, native->outputs)
		{
			Node *output = static_cast<Node *>(lfirst(lc));
			int at = foreach_current_index(lc);
			bool column = IsA(output, Var);
			way->outputs[at] = column ? nullptr : compiled(output, &columns);
			way->copied[at] = column ? columns.at(reinterpret_cast<const Var *>(output)) : -1;
		}
		way->reads = reads_of(columns, occurrence);
		for (LookUp &look_up : way->look_ups)
			look_up.reads = reads_of(columns, look_up.occurrence);
		make_rows(native, columns, way);
		way->in_place = make_in_place(program, native, way);
	}
	MemoryContextSwitchTo(before);
	return possible ? way : nullptr;
}

} // namespace dv::engine
