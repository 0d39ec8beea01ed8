#include "analyze/graph.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace dv::analyze {

/*
 * Readings of base tables and the directed equalities between them, of a whole
 * query with its subqueries.
 *
 * An edge u -> v, u.a = v.b, says: a changed row of u can matter only together
 * with rows of v that satisfy it.  That holds
 * - for equalities in WHERE and in inner joins, both ways;
 * - for those in ON of an outer join, from its null-extended side only: a row of
 *   the preserved side matters without a partner, too;
 * - from inside a subquery outwards, for a correlation in its WHERE, whatever
 *   kind of subquery it is;
 * - through a subquery in FROM, by its output columns: by all of them where it
 *   neither groups nor takes some rows, else by its group, partition or distinct
 *   columns alone (other outputs are not what a row of it is identified by);
 * - for x IN (SELECT y ...) as a condition, from y's table outwards.
 */
namespace {

int build_block(Builder *builder, Query *query, int parent);

void
add_edge(Builder *builder, const Endpoint &from, const Endpoint &to, Oid op, Oid collation)
{
	GraphEdge edge{};
	edge.from = from.column.reading;
	edge.from_column = from.column.attno;
	edge.from_value = from.column.value;
	edge.to = to.column.reading;
	edge.to_column = to.column.attno;
	edge.to_value = to.column.value;
	edge.op = op;
	edge.collation = collation;
	if (edge.from == edge.to || !OidIsValid(op) || !respects_groups(from, op, collation) ||
		!respects_groups(to, op, collation) || !cast_of(builder, from, &edge.from_cast) ||
		!cast_of(builder, to, &edge.to_cast))
		return;
	edge.same_type = can_stand_for(builder, from.column, to.column, op);
	builder->graph->edges.push(edge);
}

bool
is_equality(Oid op, Oid type)
{
	return op_mergejoinable(op, type) || op_hashjoinable(op, type);
}

/* `leaving` has the range table indexes from which an edge may start. */
void
read_equality(Builder *builder, int at, OpExpr *op, const Bitmapset *leaving)
{
	Endpoint left;
	Endpoint right;
	if (list_length(op->args) != 2 || !is_equality(op->opno, exprType(static_cast<Node *>(linitial(op->args)))) ||
		!resolve(builder, at, static_cast<Node *>(linitial(op->args)), &left) ||
		!resolve(builder, at, static_cast<Node *>(lsecond(op->args)), &right))
		return;
	if (left.rtindex > 0 && bms_is_member(left.rtindex, leaving))
		add_edge(builder, left, right, op->opno, op->inputcollid);
	if (right.rtindex > 0 && bms_is_member(right.rtindex, leaving))
		add_edge(builder, right, left, get_commutator(op->opno), op->inputcollid);
}

/* x IN (SELECT y ...) where NULL counts as false. */
void
read_in(Builder *builder, int at, SubLink *sublink, Node *test)
{
	ListCell *lc;
	if (test == nullptr)
		return;
	if (is_andclause(test))
	{
		foreach (lc, as<BoolExpr>(test)->args)
			read_in(builder, at, sublink, static_cast<Node *>(lfirst(lc)));
		return;
	}
	if (!IsA(test, OpExpr) || list_length(as<OpExpr>(test)->args) != 2)
		return;
	OpExpr *op = as<OpExpr>(test);
	Node *value = static_cast<Node *>(lsecond(op->args));
	Node *param = strip_relabel(value);
	if (!IsA(param, Param) || as<Param>(param)->paramkind != PARAM_SUBLINK ||
		!is_equality(op->opno, exprType(static_cast<Node *>(linitial(op->args)))))
		return;
	Query *sub = as<Query>(sublink->subselect);
	int child = -1;
	for (int i = 0; i < builder->blocks.n; i++)
		if (builder->blocks[i].query == sub)
			child = i;
	TargetEntry *entry = get_tle_by_resno(sub->targetList, as<Param>(param)->paramid);
	Endpoint outer;
	Endpoint inner;
	if (child >= 0 && entry && resolve(builder, at, static_cast<Node *>(linitial(op->args)), &outer) &&
		resolve_from_outside(builder, child, entry, &inner) && inner.rtindex > 0)
	{
		inner.type = exprType(value);
		add_edge(builder, inner, outer, get_commutator(op->opno), op->inputcollid);
	}
}

void
read_conditions(Builder *builder, int at, Node *quals, const Bitmapset *leaving)
{
	ListCell *lc;
	if (quals == nullptr)
		return;
	if (IsA(quals, List))
	{
		foreach (lc, as<List>(quals))
			read_conditions(builder, at, static_cast<Node *>(lfirst(lc)), leaving);
	}
	else if (is_andclause(quals))
		read_conditions(builder, at, reinterpret_cast<Node *>(as<BoolExpr>(quals)->args), leaving);
	else if (IsA(quals, OpExpr))
		read_equality(builder, at, as<OpExpr>(quals), leaving);
	else if (IsA(quals, SubLink) && as<SubLink>(quals)->subLinkType == ANY_SUBLINK)
		read_in(builder, at, as<SubLink>(quals), as<SubLink>(quals)->testexpr);
}

/* Which sides of a join lack a partner and stay all the same. */
bool
preserves_left(JoinType type)
{
	return type == JOIN_LEFT || type == JOIN_FULL;
}

bool
preserves_right(JoinType type)
{
	return type == JOIN_RIGHT || type == JOIN_FULL;
}

/* First pass: readings, subqueries, which entries may be null-extended. Returns the indexes below. */
Bitmapset *
read_from(Builder *builder, int at, Node *node)
{
	Bitmapset *below = nullptr;
	ListCell *lc;
	if (node == nullptr)
		return nullptr;
	if (IsA(node, FromExpr))
	{
		foreach (lc, as<FromExpr>(node)->fromlist)
			below = bms_add_members(below, read_from(builder, at, static_cast<Node *>(lfirst(lc))));
		return below;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = as<JoinExpr>(node);
		Bitmapset *left = read_from(builder, at, join->larg);
		Bitmapset *right = read_from(builder, at, join->rarg);
		Block &block = builder->blocks[at];
		if (preserves_left(join->jointype))
			block.nullable = bms_add_members(block.nullable, right);
		if (preserves_right(join->jointype))
			block.nullable = bms_add_members(block.nullable, left);
		return bms_union(left, right);
	}
	int rtindex = as<RangeTblRef>(node)->rtindex;
	RangeTblEntry *rte = rt_fetch(rtindex, builder->blocks[at].query->rtable);
	if (rte->rtekind == RTE_RELATION && rte->tablesample == nullptr)
	{
		builder->blocks[at].reading[rtindex] = builder->graph->readings.n;
		builder->graph->readings.push(Reading{rte->relid, rtindex, builder->blocks[at].parent < 0});
	}
	else if (rte->rtekind == RTE_SUBQUERY)
	{
		int child = build_block(builder, rte->subquery, at);
		builder->blocks[at].child[rtindex] = child;
	}
	return bms_make_singleton(rtindex);
}

/* Second pass: the conditions. */
Bitmapset *
read_joins(Builder *builder, int at, Node *node)
{
	Bitmapset *below = nullptr;
	ListCell *lc;
	if (node == nullptr)
		return nullptr;
	if (IsA(node, FromExpr))
	{
		foreach (lc, as<FromExpr>(node)->fromlist)
			below = bms_add_members(below, read_joins(builder, at, static_cast<Node *>(lfirst(lc))));
		read_conditions(builder, at, as<FromExpr>(node)->quals, below);
		return below;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = as<JoinExpr>(node);
		Bitmapset *left = read_joins(builder, at, join->larg);
		Bitmapset *right = read_joins(builder, at, join->rarg);
		Bitmapset *leaving = nullptr;
		if (!preserves_left(join->jointype))
			leaving = bms_add_members(leaving, left);
		if (!preserves_right(join->jointype))
			leaving = bms_add_members(leaving, right);
		read_conditions(builder, at, join->quals, leaving);
		return bms_union(left, right);
	}
	return bms_make_singleton(as<RangeTblRef>(node)->rtindex);
}

struct SublinkWalk
{
	Builder *builder;
	int at;
};

bool
read_sublinks(Node *node, void *context)
{
	SublinkWalk *walk = static_cast<SublinkWalk *>(context);
	if (node == nullptr || IsA(node, Query))
		return false;
	if (IsA(node, SubLink))
	{
		(void) build_block(walk->builder, as<Query>(as<SubLink>(node)->subselect), walk->at);
		return read_sublinks(as<SubLink>(node)->testexpr, context);
	}
	return pg::walk_expression(node, read_sublinks, context);
}

void
read_branches(Builder *builder, int at, Node *node)
{
	if (node == nullptr)
		return;
	if (IsA(node, SetOperationStmt))
	{
		read_branches(builder, at, as<SetOperationStmt>(node)->larg);
		read_branches(builder, at, as<SetOperationStmt>(node)->rarg);
	}
	else if (IsA(node, RangeTblRef))
		(void) read_from(builder, at, node);
}

int
build_block(Builder *builder, Query *query, int parent)
{
	check_stack_depth();
	int n = list_length(query->rtable) + 1;
	Block fresh{query, parent, static_cast<int *>(palloc(sizeof(int) * n)), static_cast<int *>(palloc(sizeof(int) * n)),
				nullptr};
	for (int i = 0; i < n; i++)
		fresh.reading[i] = fresh.child[i] = -1;
	int at = builder->blocks.n;
	builder->blocks.push(fresh);

	(void) read_from(builder, at, reinterpret_cast<Node *>(query->jointree));
	read_branches(builder, at, query->setOperations);
	SublinkWalk walk{builder, at};
	(void) pg::walk_query(query, read_sublinks, &walk,
						  QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES | QTW_IGNORE_JOINALIASES);
	(void) read_joins(builder, at, reinterpret_cast<Node *>(query->jointree));
	return at;
}

} // namespace

Builder *
build_graph(Query *normalized)
{
	Builder *builder = static_cast<Builder *>(palloc0(sizeof(Builder)));
	builder->graph = static_cast<Graph *>(palloc0(sizeof(Graph)));
	(void) build_block(builder, normalized, -1);
	for (Reading &reading : builder->graph->readings)
		if (reading.top && bms_is_member(reading.rtindex, builder->blocks[0].nullable))
			reading.top = false;
	return builder;
}

Graph *
read_graph(Query *normalized)
{
	return build_graph(normalized)->graph;
}

} // namespace dv::analyze
