#include "analyze/blocks.hpp"
#include "analyze/cut.hpp"
#include "analyze/rewrite_join_rows.hpp"
#include "analyze/rewrite_steps.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace dv::analyze {

/*
 * x IN (SELECT y FROM S) is
 *   true   if EXISTS (SELECT FROM S WHERE y = x);
 *   false  if not, and S is empty or neither x nor any y is NULL;
 *   NULL   otherwise.
 *
 * What is asked of the whole of S is a relation of one row.
 */
namespace {

/* Of a condition it may matter only whether it is true, or only whether it is false. */
enum class Matters { truth, falsity, value };

struct Replacing
{
	JoinedRows *joined;
	Matters matters;
	bool grouped; /* in a block that groups, outside of its aggregates */
	bool changed;
};

bool
is_equality(const OpExpr *op)
{
	Oid type = exprType(static_cast<Node *>(linitial(op->args)));
	return list_length(op->args) == 2 && op_strict(op->opno) &&
		   (op_mergejoinable(op->opno, type) || op_hashjoinable(op->opno, type));
}

bool
is_all_equalities(Node *test)
{
	ListCell *lc;
	foreach (lc, conjuncts_of(test))
		if (!IsA(lfirst(lc), OpExpr) || !is_equality(as<OpExpr>(static_cast<Node *>(lfirst(lc)))))
			return false;
	return true;
}

struct Outputs
{
	const Query *block;
	int rtindex;
};

/* Parameters of the test become columns of the subquery. */
Node *
name_outputs(Node *node, void *context)
{
	Outputs *outputs = static_cast<Outputs *>(context);
	if (node == nullptr || IsA(node, SubLink)) /* one in x has parameters of its own */
		return node;
	if (IsA(node, Param) && as<Param>(node)->paramkind == PARAM_SUBLINK)
		return column_of(outputs->block, outputs->rtindex, as<Param>(node)->paramid);
	return pg::mutate_expression(node, name_outputs, context);
}

Node *
negation(Node *node)
{
	if (is_notclause(node))
		return static_cast<Node *>(linitial(as<BoolExpr>(node)->args));
	return reinterpret_cast<Node *>(makeBoolExpr(NOT_EXPR, list_make1(node), -1));
}

Node *
either(Node *a, Node *b)
{
	return reinterpret_cast<Node *>(makeBoolExpr(OR_EXPR, list_make2(a, b), -1));
}

Node *
null_test(Node *node, NullTestType type)
{
	NullTest *test = makeNode(NullTest);
	test->arg = as<Expr>(node);
	test->nulltesttype = type;
	test->location = -1;
	return reinterpret_cast<Node *>(test);
}

/* EXISTS (SELECT FROM S WHERE test) */
Node *
exists_match(const SubLink *sublink, Node *test)
{
	SubLink *exists = makeNode(SubLink);
	Query *block = empty_block();
	Outputs outputs{block, add_to_from(block, static_cast<Query *>(copyObjectImpl(sublink->subselect)), "s")};
	Node *inside = static_cast<Node *>(copyObjectImpl(test));
	IncrementVarSublevelsUp(inside, 1, 0);
	block->jointree->quals = name_outputs(inside, &outputs);
	note_sublinks(block);
	exists->subLinkType = EXISTS_SUBLINK;
	exists->subselect = reinterpret_cast<Node *>(block);
	exists->location = -1;
	return reinterpret_cast<Node *>(exists);
}

/* If nothing matches: is the answer false, not NULL? */
Node *
is_certain(JoinedRows *joined, const SubLink *sublink, const OpExpr *test)
{
	Query *block = empty_block();
	Outputs outputs{block, add_to_from(block, static_cast<Query *>(copyObjectImpl(sublink->subselect)), "s")};
	Node *x = static_cast<Node *>(copyObjectImpl(linitial(test->args)));
	Node *y = name_outputs(static_cast<Node *>(copyObjectImpl(lsecond(test->args))), &outputs);
	Node *empty =
		column_of_row(joined, block, call_operator("=", count_rows(nullptr), integer(0, INT8OID)), "is_empty");
	Node *has_null = column_of_row(
		joined, block, call_operator(">", count_rows(null_test(y, IS_NULL)), integer(0, INT8OID)), "has_null");
	return either(empty, all_of(list_make2(null_test(x, IS_NOT_NULL), negation(has_null))));
}

/* x IN (...), of which this much matters; nullptr if it is not to be had. */
Node *
replace_in(Replacing *replacing, const SubLink *sublink, Node *test)
{
	if (replacing->matters == Matters::truth)
		return exists_match(sublink, test);
	Node *x = IsA(test, OpExpr) ? static_cast<Node *>(linitial(as<OpExpr>(test)->args)) : nullptr;
	/* Of a row IS NULL asks for its fields. */
	if (x == nullptr || type_is_rowtype(exprType(x)) ||
		type_is_rowtype(exprType(static_cast<Node *>(lsecond(as<OpExpr>(test)->args)))))
		return nullptr;
	Node *exists = exists_match(sublink, test);
	Node *certain = is_certain(replacing->joined, sublink, as<OpExpr>(test));
	if (replacing->matters == Matters::falsity)
		return negation(all_of(list_make2(negation(exists), certain)));

	CaseExpr *choice = makeNode(CaseExpr);
	choice->casetype = BOOLOID;
	choice->location = -1;
	for (bool found : {true, false})
	{
		CaseWhen *when = makeNode(CaseWhen);
		when->expr = as<Expr>(found ? exists : certain);
		when->result = as<Expr>(makeBoolConst(found, false));
		when->location = -1;
		choice->args = lappend(choice->args, when);
	}
	choice->defresult = as<Expr>(makeBoolConst(false, true));
	return reinterpret_cast<Node *>(choice);
}

Matters
opposite(Matters matters)
{
	switch (matters)
	{
	case Matters::truth:
		return Matters::falsity;
	case Matters::falsity:
		return Matters::truth;
	default:
		return matters;
	}
}

/* x <> ALL (...) is NOT (x = ANY (...)); nullptr for anything but that. */
Node *
test_of_negated(const SubLink *sublink)
{
	if (sublink->subLinkType != ALL_SUBLINK || !IsA(sublink->testexpr, OpExpr))
		return nullptr;
	OpExpr *test = static_cast<OpExpr *>(copyObjectImpl(sublink->testexpr));
	test->opno = get_negator(test->opno);
	if (!OidIsValid(test->opno) || !is_equality(test))
		return nullptr;
	test->opfuncid = get_opcode(test->opno);
	return reinterpret_cast<Node *>(test);
}

Node *
replace_sublink(Replacing *replacing, SubLink *sublink)
{
	Node *replaced;
	if (!is_closed(as<Query>(sublink->subselect)) || contain_window_function(sublink->testexpr) ||
		expression_returns_set(sublink->testexpr))
		return nullptr;
	if (sublink->subLinkType == ANY_SUBLINK && is_all_equalities(sublink->testexpr))
		replaced = replace_in(replacing, sublink, sublink->testexpr);
	else
	{
		Node *test = test_of_negated(sublink);
		Replacing inverse{replacing->joined, opposite(replacing->matters), false, false};
		replaced = test ? replace_in(&inverse, sublink, test) : nullptr;
		replaced = replaced ? negation(replaced) : nullptr;
	}
	replacing->changed = replacing->changed || replaced != nullptr;
	return replaced;
}

Node *
replace_members(Node *node, void *context)
{
	Replacing *replacing = static_cast<Replacing *>(context);
	if (node == nullptr || IsA(node, Query))
		return node;
	if (IsA(node, SubLink) && !replacing->grouped)
		if (Node *replaced = replace_sublink(replacing, as<SubLink>(node)))
			return replaced;

	Replacing below = *replacing;
	if (is_notclause(node))
		below.matters = opposite(replacing->matters);
	else if (!is_andclause(node) && !is_orclause(node) && !IsA(node, List))
		below.matters = Matters::value;
	below.grouped = replacing->grouped && !IsA(node, Aggref);
	Node *result = pg::mutate_expression(node, replace_members, &below);
	replacing->changed = below.changed;
	return is_notclause(result) && is_notclause(static_cast<Node *>(linitial(as<BoolExpr>(result)->args)))
			   ? negation(static_cast<Node *>(linitial(as<BoolExpr>(result)->args)))
			   : result;
}

/* IN as a condition by itself is followed as it is. */
Node *
replace_in_conjunct(Node *node, void *context)
{
	if (IsA(node, SubLink) && as<SubLink>(node)->subLinkType == ANY_SUBLINK)
		return node;
	return replace_members(node, context);
}

} // namespace

Query *
rewrite_membership(const Query *original)
{
	if (!original->hasSubLinks || original->setOperations || original->cteList != NIL)
		return nullptr;
	Query *query = static_cast<Query *>(copyObjectImpl(original));
	JoinedRows joined{query, list_length(query->rtable), {}};
	Replacing replacing{&joined, Matters::truth, false, false};

	replace_conditions(&joined, replace_in_conjunct, &replacing);
	replacing.matters = Matters::value;
	replacing.grouped = is_grouped(query);
	query->targetList = as<List>(replace_members(reinterpret_cast<Node *>(query->targetList), &replacing));
	if (!replacing.changed)
		return nullptr;
	return joined.rows.empty() ? query : join_rows(&joined);
}

} // namespace dv::analyze
