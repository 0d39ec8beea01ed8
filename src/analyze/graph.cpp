#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
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

struct Block
{
	Query *query;
	int parent;
	int *reading; /* per range table index: the reading, or -1 */
	int *child;   /* per range table index: the block of a subquery, or -1 */
	Bitmapset *nullable;
};

struct Builder
{
	Graph *graph;
	pg::Vec<Block> blocks;
};

struct Column
{
	int reading;
	AttrNumber attno;
	bool present; /* never null-extended between here and the block asked from */
};

struct Endpoint
{
	int rtindex; /* in the block where the equality stands; 0: outside of it */
	Column column;
	Oid type; /* as which it is compared */
};

int build_block(Builder *builder, Query *query, int parent);

/* May an equality on this output of the subquery stand for one on the rows below? */
bool
exports(const Query *query, const TargetEntry *entry)
{
	ListCell *lc;
	if (query->setOperations || query->limitCount || query->limitOffset || query->groupingSets != NIL ||
		query->hasTargetSRFs)
		return false;
	auto among = [entry](List *clauses) {
		ListCell *c;
		foreach (c, clauses)
			if (entry->ressortgroupref != 0 &&
				lfirst_node(SortGroupClause, c)->tleSortGroupRef == entry->ressortgroupref)
				return true;
		return false;
	};
	if ((query->hasAggs || query->havingQual) && query->groupClause == NIL)
		return false;
	if (query->groupClause != NIL && !among(query->groupClause))
		return false;
	if (query->distinctClause != NIL && !among(query->distinctClause))
		return false;
	foreach (lc, query->windowClause)
		if (!among(lfirst_node(WindowClause, lc)->partitionClause))
			return false;
	return true;
}

bool
resolve_in(const Builder *builder, int at, const Var *var, Column *column)
{
	const Block &block = builder->blocks[at];
	RangeTblEntry *rte = rt_fetch(var->varno, block.query->rtable);
	if (bms_is_member(var->varno, block.nullable))
		column->present = false;
	if (var->varattno <= 0)
		return false;
	if (rte->rtekind == RTE_RELATION)
	{
		column->reading = block.reading[var->varno];
		column->attno = var->varattno;
		return column->reading >= 0;
	}
	int child = block.child[var->varno];
	if (rte->rtekind != RTE_SUBQUERY || child < 0)
		return false;
	const Query *sub = builder->blocks[child].query;
	TargetEntry *entry = get_tle_by_resno(sub->targetList, var->varattno);
	if (entry == nullptr || !exports(sub, entry))
		return false;
	Node *expr = strip_relabel(reinterpret_cast<Node *>(entry->expr));
	return IsA(expr, Var) && as<Var>(expr)->varlevelsup == 0 && resolve_in(builder, child, as<Var>(expr), column);
}

bool
resolve(const Builder *builder, int at, Node *expr, Endpoint *endpoint)
{
	endpoint->type = exprType(expr);
	expr = strip_relabel(expr);
	if (!IsA(expr, Var))
		return false;
	Var *var = as<Var>(expr);
	for (Index up = var->varlevelsup; up > 0; up--)
		at = builder->blocks[at].parent;
	endpoint->rtindex = var->varlevelsup == 0 ? var->varno : 0;
	endpoint->column.present = true;
	return at >= 0 && resolve_in(builder, at, var, &endpoint->column);
}

Oid
type_of(const Builder *builder, const Column &column)
{
	return get_atttype(builder->graph->readings[column.reading].table, column.attno);
}

/* The cast by which op reads the column; false if there is none that keeps the value as it is. */
bool
cast_of(const Builder *builder, const Endpoint &endpoint, Oid *cast)
{
	Oid type = type_of(builder, endpoint.column);
	Oid function;
	*cast = type == endpoint.type ? InvalidOid : endpoint.type;
	return type == endpoint.type ||
		   find_coercion_pathway(endpoint.type, type, COERCION_EXPLICIT, &function) == COERCION_PATH_RELABELTYPE;
}

/* Whatever is equal by op is equal by what tells keys apart, and the other way round. */
bool
can_stand_for(const Builder *builder, const Column &a, const Column &b, Oid op)
{
	Oid type;
	Oid other;
	int32 typmod;
	Oid collation;
	Oid other_collation;
	get_atttypetypmodcoll(builder->graph->readings[a.reading].table, a.attno, &type, &typmod, &collation);
	get_atttypetypmodcoll(builder->graph->readings[b.reading].table, b.attno, &other, &typmod, &other_collation);
	return type == other && collation == other_collation && lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr == op;
}

void
add_edge(Builder *builder, const Endpoint &from, const Endpoint &to, Oid op)
{
	GraphEdge edge{from.column.reading, from.column.attno, to.column.reading, to.column.attno, op, false,
				   InvalidOid,          InvalidOid};
	if (edge.from == edge.to || !OidIsValid(op) || !cast_of(builder, from, &edge.from_cast) ||
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
		add_edge(builder, left, right, op->opno);
	if (right.rtindex > 0 && bms_is_member(right.rtindex, leaving))
		add_edge(builder, right, left, get_commutator(op->opno));
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
	if (child >= 0 && entry && exports(sub, entry) &&
		resolve(builder, at, static_cast<Node *>(linitial(op->args)), &outer) &&
		resolve(builder, child, reinterpret_cast<Node *>(entry->expr), &inner) && inner.rtindex > 0)
	{
		inner.type = exprType(value);
		add_edge(builder, inner, outer, get_commutator(op->opno));
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

Builder *
build(Query *normalized)
{
	Builder *builder = static_cast<Builder *>(palloc0(sizeof(Builder)));
	builder->graph = static_cast<Graph *>(palloc0(sizeof(Graph)));
	(void) build_block(builder, normalized, -1);
	for (Reading &reading : builder->graph->readings)
		if (reading.top && bms_is_member(reading.rtindex, builder->blocks[0].nullable))
			reading.top = false;
	return builder;
}

} // namespace

Graph *
read_graph(Query *normalized)
{
	return build(normalized)->graph;
}

bool
resolve_output(Query *normalized, Node *expr, int *reading, AttrNumber *column)
{
	Builder *builder = build(normalized);
	Endpoint endpoint;
	if (!resolve(builder, 0, expr, &endpoint) || endpoint.rtindex == 0 || !endpoint.column.present)
		return false;
	*reading = endpoint.column.reading;
	*column = endpoint.column.attno;
	return true;
}

} // namespace dv::analyze
