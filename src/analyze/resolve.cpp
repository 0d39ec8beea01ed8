#include "analyze/graph.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

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

namespace {

bool
never_fails(Oid function, List *arguments)
{
	switch (function)
	{
	/* which field it is has been seen to be right, if it is a constant */
	case F_DATE_TRUNC_TEXT_TIMESTAMP:
	case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
	case F_EXTRACT_TEXT_DATE:
	case F_EXTRACT_TEXT_TIMESTAMP:
	case F_EXTRACT_TEXT_TIMESTAMPTZ:
		return IsA(linitial(arguments), Const);
	case F_LOWER_TEXT:
	case F_UPPER_TEXT:
	case F_BTRIM_TEXT:
	case F_LTRIM_TEXT:
	case F_RTRIM_TEXT:
	case F_TEXTCAT:
	case F_TEXT_BPCHAR:
	case F_LENGTH_TEXT:
	case F_DATE_TIMESTAMP:
	case F_DATE_TIMESTAMPTZ:
	case F_NUMERIC_ADD:
	case F_NUMERIC_SUB:
	/* these overflow, but only at the end of their ranges */
	case F_TIMESTAMP_DATE:
	case F_TIMESTAMPTZ_DATE:
	case F_DATE_PLI:
	case F_DATE_MII:
	case F_INT4PL:
	case F_INT4MI:
	case F_INT48PL:
	case F_INT84PL:
	case F_INT48MI:
	case F_INT84MI:
	case F_INT8PL:
	case F_INT8MI:
		return true;
	default:
		return get_func_leakproof(function);
	}
}

bool
is_harmless(Node *node)
{
	switch (nodeTag(node))
	{
	case T_List:
	case T_Const:
	case T_RelabelType:
	case T_CollateExpr:
	case T_CoalesceExpr:
	case T_CaseExpr:
	case T_CaseWhen:
	case T_CaseTestExpr:
	case T_BoolExpr:
	case T_NullTest:
	case T_BooleanTest:
		return true;
	case T_FuncExpr:
		return !as<FuncExpr>(node)->funcretset && never_fails(as<FuncExpr>(node)->funcid, as<FuncExpr>(node)->args);
	case T_OpExpr:
		return !as<OpExpr>(node)->opretset && never_fails(get_opcode(as<OpExpr>(node)->opno), as<OpExpr>(node)->args);
	case T_CoerceViaIO:
		return as<CoerceViaIO>(node)->resulttype == TEXTOID;
	default:
		return false;
	}
}

/* Does it take rows that are equal for one? */
bool
takes_for_one(const Query *query)
{
	return query->groupClause != NIL || query->distinctClause != NIL || query->windowClause != NIL;
}

struct Reader
{
	const Builder *builder;
	Endpoint *endpoint;
	int at;     /* the block of the expression */
	int below;  /* how many subqueries down it is */
	bool whole; /* no function was applied to it */
	bool failed;
};

/* Other functions than equality itself may tell apart what was taken for one. */
bool
note_groups(Reader *reader, Oid type, Oid collation)
{
	Column &column = reader->endpoint->column;
	if (exact_type(type, collation))
		return true;
	if (!reader->whole || (OidIsValid(column.grouped_as) && column.grouped_as != type))
		return false;
	column.grouped_as = type;
	column.collation = collation;
	return true;
}

Node *substitute(Node *node, void *context);

Node *
substitute_var(Var *var, Reader *reader)
{
	const Builder *builder = reader->builder;
	Column &column = reader->endpoint->column;
	int at = reader->at;
	reader->failed = true;
	if (var->varattno <= 0 || (reader->below > 0 && var->varlevelsup > 0))
		return nullptr;
	for (Index up = var->varlevelsup; up > 0 && at >= 0; up--)
		at = builder->blocks[at].parent;
	if (at < 0)
		return nullptr;
	const Block &block = builder->blocks[at];
	RangeTblEntry *rte = rt_fetch(var->varno, block.query->rtable);
	if (reader->below == 0)
		reader->endpoint->rtindex = var->varlevelsup == 0 ? static_cast<int>(var->varno) : 0;
	if (bms_is_member(var->varno, block.nullable))
		column.present = false;
	if (rte->rtekind == RTE_RELATION)
	{
		int reading = block.reading[var->varno];
		reader->failed = reading < 0 || (column.reading >= 0 && column.reading != reading);
		column.reading = reading;
		return reinterpret_cast<Node *>(makeVar(1, var->varattno, var->vartype, var->vartypmod, var->varcollid, 0));
	}
	int child = block.child[var->varno];
	if (rte->rtekind != RTE_SUBQUERY || child < 0)
		return nullptr;
	const Query *sub = builder->blocks[child].query;
	TargetEntry *entry = get_tle_by_resno(sub->targetList, var->varattno);
	if (entry == nullptr || !exports(sub, entry) ||
		(takes_for_one(sub) && !note_groups(reader, var->vartype, var->varcollid)))
		return nullptr;
	Reader inner = *reader;
	inner.at = child;
	inner.below++;
	inner.failed = false;
	Node *value = substitute(reinterpret_cast<Node *>(entry->expr), &inner);
	reader->failed = inner.failed;
	return value;
}

Node *
substitute(Node *node, void *context)
{
	Reader *reader = static_cast<Reader *>(context);
	if (node == nullptr || reader->failed)
		return nullptr;
	if (IsA(node, Var))
		return substitute_var(as<Var>(node), reader);
	if (!is_harmless(node))
	{
		reader->failed = true;
		return nullptr;
	}
	bool whole = reader->whole;
	reader->whole = whole && IsA(node, RelabelType);
	Node *copy = pg::mutate_expression(node, substitute, context);
	reader->whole = whole;
	return copy;
}

Oid
type_of(const Builder *builder, const Column &column)
{
	return column.value ? exprType(column.value)
						: get_atttype(builder->graph->readings[column.reading].table, column.attno);
}

Oid
collation_of(const Builder *builder, const Column &column)
{
	Oid type;
	int32 typmod;
	Oid collation;
	if (column.value)
		return exprCollation(column.value);
	get_atttypetypmodcoll(builder->graph->readings[column.reading].table, column.attno, &type, &typmod, &collation);
	return collation;
}

} // namespace

bool
resolve(const Builder *builder, int at, Node *expr, Endpoint *endpoint)
{
	*endpoint = Endpoint{0, Column{-1, 0, nullptr, true, InvalidOid, InvalidOid}, exprType(expr)};
	Reader reader{builder, endpoint, at, 0, true, false};
	Node *value = substitute(expr, &reader);
	Column &column = endpoint->column;
	if (reader.failed || column.reading < 0)
		return false;
	if (IsA(strip_relabel(value), Var))
		column.attno = as<Var>(strip_relabel(value))->varattno;
	else
		column.value = value;
	/* What makes something of NULL does so without a row, too. */
	return column.attno > 0 || column.present || !contain_nonstrict_functions(value);
}

bool
resolve_from_outside(const Builder *builder, int at, const TargetEntry *entry, Endpoint *endpoint)
{
	const Query *query = builder->blocks[at].query;
	Node *expr = reinterpret_cast<Node *>(entry->expr);
	Reader reader{builder, endpoint, at, 0, true, false};
	return exports(query, entry) && resolve(builder, at, expr, endpoint) &&
		   (!takes_for_one(query) || note_groups(&reader, exprType(expr), exprCollation(expr)));
}

bool
cast_of(const Builder *builder, const Endpoint &endpoint, Oid *cast)
{
	Oid type = type_of(builder, endpoint.column);
	Oid function;
	*cast = type == endpoint.type ? InvalidOid : endpoint.type;
	return type == endpoint.type ||
		   find_coercion_pathway(endpoint.type, type, COERCION_EXPLICIT, &function) == COERCION_PATH_RELABELTYPE;
}

bool
can_stand_for(const Builder *builder, const Column &a, const Column &b, Oid op)
{
	Oid type = type_of(builder, a);
	return type == type_of(builder, b) && collation_of(builder, a) == collation_of(builder, b) &&
		   lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr == op;
}

bool
respects_groups(const Endpoint &endpoint, Oid op, Oid collation)
{
	if (!OidIsValid(endpoint.column.grouped_as))
		return true;
	Oid family = lookup_type_cache(endpoint.column.grouped_as, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	return OidIsValid(family) && op_in_opfamily(op, family) && endpoint.column.collation == collation &&
		   lookup_type_cache(endpoint.type, TYPECACHE_BTREE_OPFAMILY)->btree_opf == family;
}

bool
resolve_output(Query *normalized, Node *expr, int *reading, AttrNumber *column)
{
	Builder *builder = build_graph(normalized);
	Endpoint endpoint;
	if (!resolve(builder, 0, expr, &endpoint) || endpoint.rtindex == 0 || !endpoint.column.present ||
		endpoint.column.attno == 0)
		return false;
	*reading = endpoint.column.reading;
	*column = endpoint.column.attno;
	return true;
}

} // namespace dv::analyze
