#pragma once

/*
 * Between the passes of the analysis.
 */
#include "analyze/analysis.hpp"
#include "core/ir.hpp"

namespace dv::analyze {

/* normalize.cpp: views expanded, CTEs that are read inlined as subqueries, names of joins gone. A copy. */
Query *normalize(const Query *query);
/* What a view reads, as its rule has it. A copy. */
Query *query_of_view(Oid view);
/* An entry that reads a view or a CTE reads its query instead. */
void become_subquery(RangeTblEntry *rte, Query *subquery);
/* virtual_columns.cpp: an entry whose rows lack columns that are computed when read reads a query that computes them. */
bool compute_virtual_columns(Query *query, int rtindex);
/* Entries of the range table that nothing reads (as OLD and NEW of a stored view) no longer say that they are. */
void neutralise_unread(Query *query);

/* analysis.cpp: a table keeps no order: one matters only where it says which rows to take, or multiplies them by a set. */
void drop_needless_order(Query *query);

/* order.cpp */
bool is_order_sensitive(Oid aggregate);

/* keys.cpp: the primary key of a base table, or what is as good, immediate and valid; 0 columns if it has none. */
struct TableKey
{
	int ncolumns;
	const AttrNumber *columns;
	bool bounded;  /* its values fit an index row by themselves */
	bool nullable; /* NULL is a value like others: NULLS NOT DISTINCT */
};
TableKey primary_key(Oid table);
bool hashable_type(Oid type);
/* Are equal values of the type the same bytes? */
bool exact_type(Oid type, Oid collation);

/* refuse.cpp: raises for what no strategy can maintain. */
Surroundings refuse_what_cannot_be(Query *normalized);

/* rewrite_full_join.cpp: joins say anew what their columns are, all by ON; nothing may refer to these. */
void describe_joins(Query *query);

/* flatten.cpp: one flat inner join. Range table entries in use have the aliases r<i>, numbered from `first`. */
struct Branch
{
	Query *source;        /* what it is made from */
	Query *query;         /* jointree: a FromExpr of RangeTblRefs only */
	pg::Vec<int> rtindex; /* per occurrence */
	int first;
	bool multiplies; /* something other than base tables is joined, or a row gives several */
};
/* False if the source is none. */
bool flatten_branch(Query *source, int first, Branch *branch);
/* Nothing but a set operation, or FROM, WHERE and a select list without aggregates. */
bool is_projection(const Query *query);

/* slots.cpp: text after SELECT of the visible ones of these outputs, slots in the place of base tables. */
const char *slotted_body(const Branch *branch, List *target_list);
/* The names of a table's columns as they are now, the first ones by aliases. */
List *current_columns(Oid relid, List *aliases);

/* branches.cpp: the query, but for its groups, as the sum of one flat inner join or several, or nullptr. */
struct Flat
{
	Query *query; /* what outputs are given over: of one branch the branch's, of several the query as it was */
	pg::Vec<Branch> branches;
	bool multiplies; /* keys do not identify rows */
};
Flat *flatten(const Query *normalized);
/* Is the row of an entry read as a whole, here or in a subquery? */
bool reads_row_of(Query *query, int rtindex);
/* Gives the program its blocks, with these outputs, of a set operation with its own; slot i is occurrence i. */
void add_blocks(Analysis *analysis, core::View *ir, const Flat *flat, List *outputs);
/* native.cpp: the branch with these outputs, or nullptr if the query is needed. */
const Native *native_of(const Branch *branch, List *outputs);
/* The occurrence and column that an expression over one flat join is; leaves them alone if it is another. */
void locate_column(const Flat *flat, Node *expr, int *occurrence, core::Text *column);
/* slots.cpp: text of a query over the sum. */
char *deparse_flat(const Flat *flat, List *target_list, List *group_clause);

/* graph.cpp: occurrences and directed equalities of any query. */
struct Reading
{
	Oid table;
	int rtindex; /* in its own block */
	bool top;    /* in the FROM of the whole query, and never null-extended there */
};
struct GraphEdge
{
	int from;
	AttrNumber from_column; /* 0: an expression */
	Node *from_value;       /* that expression, its Vars being those of range table entry 1 */
	int to;
	AttrNumber to_column;
	Node *to_value;
	Oid op;
	Oid collation; /* of op */
	bool same_type;
	Oid from_cast; /* the type that op reads the column as; InvalidOid: its own */
	Oid to_cast;
};
struct Graph
{
	pg::Vec<Reading> readings;
	pg::Vec<GraphEdge> edges;
};
Graph *read_graph(Query *normalized);
/* The reading and column that an expression of the whole query's target list is, or false. */
bool resolve_output(Query *normalized, Node *expr, int *reading, AttrNumber *column);

/*
 * pushed_down.cpp: is every subquery in FROM that groups, ranks, is DISTINCT, or the like (but for LATERAL ones) computed
 * for a key of the program alone?  Only where equalities lead from the key to the columns by which it groups: to all of
 * these, or from all of the key's.  False for LIMIT and set operations, into which nothing is known to be pushed.
 */
bool pushed_down(Query *normalized, const core::View *ir);

/* aggregate.cpp: fills the analysis if the query is an aggregate over a flat join with foldable states. */
bool analyze_aggregate(Analysis *analysis, core::View *ir, const Query *query, Flat *flat, bool is_part);

/* keys.cpp: what a column is of, by the queries around it, innermost first; nullptr if it is further out. */
RangeTblEntry *entry_of(const Var *var, List *queries);
/* Every base table read anywhere in the query, in the order of first appearance, with how often. */
struct TableCount
{
	Oid table;
	int times;
	Bitmapset *columns; /* attribute numbers in use */
};
pg::Vec<TableCount> tables_of(Query *query);

inline core::Text
text(const char *s)
{
	return core::Text(s);
}

template <class T>
core::Slice<T>
slice(const pg::Vec<T> &vec)
{
	return core::Slice<T>{vec.data, vec.n};
}

template <class T>
T *
as(Node *node)
{
	return reinterpret_cast<T *>(node);
}

/*
 * Text that means the same to whoever parses it.  Names come out qualified only where the search path does not show
 * them: so it shows pg_catalog alone.  Constants come out as every setting reads them.  Returns the level of settings to
 * go back from.
 */
int pin_settings();

/* "OPERATOR(schema.name)" */
const char *operator_text(Oid op);
/* schema-qualified, quoted */
const char *relation_text(Oid relid);
const char *column_text(Oid relid, AttrNumber column);

/* An expression over the columns of one table, which is read under the alias. */
const char *expression_text(Node *expr, Oid table, const char *alias);

/* The same value, told apart from others by the same equality: a cast to a type of another equality differs. */
bool same_expression(Node *a, Node *b);

} // namespace dv::analyze
