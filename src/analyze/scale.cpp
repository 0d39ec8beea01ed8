#include "analyze/states.hpp"

extern "C" {
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
}

namespace dv::analyze {

/*
 * How many digits after the point a numeric expression shows: what the server's arithmetic makes of its operands
 * (numeric.c, "display scale").
 */
namespace {

struct Scale
{
	bool known;
	int low; /* low > high: only ever NULL */
	int high;
};

constexpr Scale unknown{false, 0, 0};
constexpr Scale never{true, 1, 0};

Scale
of_typmod(int32 typmod)
{
	if (typmod < static_cast<int32>(VARHDRSZ))
		return unknown;
	int scale = (((typmod - static_cast<int32>(VARHDRSZ)) & 0x7ff) ^ 1024) - 1024;
	return {true, Max(scale, 0), Max(scale, 0)};
}

Scale
of_constant(const Const *constant)
{
	if (constant->constisnull)
		return never;
	Numeric value = DatumGetNumeric(constant->constvalue);
	if (numeric_is_nan(value) || numeric_is_inf(value))
		return never;
	int scale = DatumGetInt32(DirectFunctionCall1(numeric_scale, constant->constvalue));
	return {true, scale, scale};
}

bool
is_never(Scale scale)
{
	return scale.known && scale.low > scale.high;
}

Scale
either(Scale a, Scale b)
{
	if (!a.known || !b.known)
		return unknown;
	if (is_never(a) || is_never(b))
		return is_never(a) ? b : a;
	return {true, Min(a.low, b.low), Max(a.high, b.high)};
}

Scale scale_of(Node *expr);

Scale
of_call(Oid function, List *args, int32 typmod)
{
	auto operand = [args](int i) { return scale_of(static_cast<Node *>(list_nth(args, i))); };
	switch (function)
	{
	case F_NUMERIC_INT2:
	case F_NUMERIC_INT4:
	case F_NUMERIC_INT8:
		return {true, 0, 0};
	case F_NUMERIC_NUMERIC_INT4:
		return of_typmod(typmod);
	case F_NUMERIC_UMINUS:
	case F_NUMERIC_UPLUS:
	case F_NUMERIC_ABS:
		return operand(0);
	case F_NUMERIC_ADD:
	case F_NUMERIC_SUB:
	case F_NUMERIC_MUL:
	{
		Scale a = operand(0);
		Scale b = operand(1);
		if (!a.known || !b.known)
			return unknown;
		if (is_never(a) || is_never(b))
			return never;
		if (function != F_NUMERIC_MUL)
			return {true, Max(a.low, b.low), Max(a.high, b.high)};
		/* beyond this the server rounds */
		return a.high + b.high <= NUMERIC_MAX_DISPLAY_SCALE ? Scale{true, a.low + b.low, a.high + b.high} : unknown;
	}
	default:
		return unknown;
	}
}

Scale
scale_of(Node *expr)
{
	ListCell *lc;
	if (expr == nullptr)
		return never;
	if (exprType(expr) != NUMERICOID)
		return unknown;
	switch (nodeTag(expr))
	{
	case T_Var:
		return of_typmod(as<Var>(expr)->vartypmod);
	case T_Const:
		return of_constant(as<Const>(expr));
	case T_RelabelType:
		return scale_of(reinterpret_cast<Node *>(as<RelabelType>(expr)->arg));
	case T_FuncExpr:
		return of_call(as<FuncExpr>(expr)->funcid, as<FuncExpr>(expr)->args, exprTypmod(expr));
	case T_OpExpr:
		return of_call(get_opcode(as<OpExpr>(expr)->opno), as<OpExpr>(expr)->args, -1);
	case T_CaseExpr:
	{
		Scale scale = scale_of(reinterpret_cast<Node *>(as<CaseExpr>(expr)->defresult));
		foreach (lc, as<CaseExpr>(expr)->args)
			scale = either(scale, scale_of(reinterpret_cast<Node *>(lfirst_node(CaseWhen, lc)->result)));
		return scale;
	}
	case T_CoalesceExpr:
	{
		Scale scale = never;
		foreach (lc, as<CoalesceExpr>(expr)->args)
			scale = either(scale, scale_of(static_cast<Node *>(lfirst(lc))));
		return scale;
	}
	default:
		return unknown;
	}
}

} // namespace

bool
fixed_scale(Node *argument)
{
	if (exprType(argument) != NUMERICOID)
		return true;
	Scale scale = scale_of(argument);
	return scale.known && scale.low >= scale.high;
}

int
greatest_scale(Node *argument)
{
	Scale scale = exprType(argument) == NUMERICOID ? scale_of(argument) : unknown;
	return scale.known && !is_never(scale) ? scale.high : -1;
}

} // namespace dv::analyze
