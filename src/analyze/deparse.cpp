#include "analyze/internal.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_operator.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "rewrite/rewriteHandler.h"
}

namespace dv::analyze {

int
pin_settings()
{
	const char *const pinned[][2] = {{"search_path", "pg_catalog"},
									 {"DateStyle", "ISO"},
									 {"IntervalStyle", "postgres"},
									 {"extra_float_digits", "1"}};
	int nest = NewGUCNestLevel();
	for (const auto &[name, value] : pinned)
		(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest;
}

char *
text_of(Query *query)
{
	/*
	 * Of a query over one relation the server writes columns bare, and ORDER BY then takes them for outputs of that
	 * name. One more entry, read by nobody, makes it write every column with its table.
	 */
	Query *qualified = static_cast<Query *>(palloc(sizeof(Query)));
	*qualified = *query;
	RangeTblEntry *unread = makeNode(RangeTblEntry);
	unread->rtekind = RTE_RESULT;
	unread->eref = makeAlias("unread", NIL);
	qualified->rtable = lappend(list_copy(query->rtable), unread);

	int nest = pin_settings();
	char *text = pg_get_querydef(qualified, false);
	AtEOXact_GUC(false, nest);
	int end = strlen(text);
	while (end > 0 && (text[end - 1] == ';' || isspace(static_cast<unsigned char>(text[end - 1]))))
		text[--end] = '\0';
	return text;
}

Query *
parse(const char *text)
{
	List *raw = raw_parser(text, RAW_PARSE_DEFAULT);
	if (list_length(raw) != 1)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a view's query must be a single statement"),
						errdetail("The text holds %d statements.", list_length(raw))));
	RawStmt *statement = linitial_node(RawStmt, raw);
	Query *query = parse_analyze_fixedparams(statement, text, nullptr, 0, nullptr);
	if (query->commandType != CMD_SELECT || query->utilityStmt != nullptr)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR), errmsg("a view's query must be a SELECT, VALUES or TABLE statement")));
	if (IsA(statement->stmt, SelectStmt) && as<SelectStmt>(statement->stmt)->intoClause != nullptr)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a view's query must not contain SELECT INTO")));
	pg::as_in_15(query);
	(void) refuse_what_cannot_be(normalize(query));
	return query;
}

Query *
query_of_view(Oid view)
{
	Relation rel = relation_open(view, AccessShareLock);
	Query *query = static_cast<Query *>(copyObjectImpl(get_view_query(rel)));
	relation_close(rel, NoLock);
	pg::as_in_15(query);
	return query;
}

Query *
stored_query(Oid definition)
{
	Query *query = query_of_view(definition);
	AcquireRewriteLocks(query, true, false);
	return query;
}

const char *
operator_text(Oid op)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(op));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", op);
	Form_pg_operator form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
	char *name =
		psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

const char *
relation_text(Oid relid)
{
	char *name = get_rel_name(relid);
	if (name == nullptr)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name);
}

const char *
column_text(Oid relid, AttrNumber column)
{
	return quote_identifier(get_attname(relid, column, false));
}

const char *
expression_text(Node *expr, Oid table, const char *alias)
{
	int nest = pin_settings();
	char *text = deparse_expression(expr, deparse_context_for(alias, table), true, true);
	AtEOXact_GUC(false, nest);
	return psprintf("(%s)", text);
}

bool
same_expression(Node *a, Node *b)
{
	if (!equal(strip_relabel(a), strip_relabel(b)) || exprCollation(a) != exprCollation(b))
		return false;
	return exprType(a) == exprType(b) || lookup_type_cache(exprType(a), TYPECACHE_EQ_OPR)->eq_opr ==
											 lookup_type_cache(exprType(b), TYPECACHE_EQ_OPR)->eq_opr;
}

} // namespace dv::analyze
