#pragma once

/*
 * From a query to what the engine and the catalog need to know of it.
 * The only reader of parse trees.
 */
#include "engine/apply.hpp"
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::core {
struct View;
}

namespace dv::analyze {

/* One base table of the view. */
struct TableUse
{
	Oid table;
	const char *name; /* qualified and quoted */
	int ncolumns;     /* the columns that the view's maintenance reads, ascending */
	const AttrNumber *columns;
	const char *strategy; /* linear, aggregate, keyed, complete */
	bool incremental;
	const char *reason; /* one sentence */
	const char *delta_sql;
	const char *advice; /* CREATE INDEX statements that would help, or nullptr */
};

/* By which functions the values that an equality compares hash alike; invalid where there are none. */
struct EdgeHash
{
	Oid from;
	Oid to;
	Oid collation;
};

/* A block that reads nothing but tables: its delta may be computed row by row, without a query. */
struct Native
{
	int ntables;
	const Oid *tables; /* per occurrence of the block */
	List *quals;       /* over their columns, the first occurrence being varno 1, and so on; in a list of ANDs */
	List *outputs;     /* the same: the block's outputs */
};

/* What expressions depend on besides their arguments. */
struct Surroundings
{
	bool settings; /* some read one (TimeZone, DateStyle, ...) */
	bool names; /* some run code that may look names up, by the search_path: settings, functions and types of users */
	bool code;  /* some run functions of users or check domains: compiled, they hold these as they were */
};

struct Analysis
{
	const char *content_sql; /* computes every column of the view's table but the hash column, in order */
	int nvisible;
	int ncolumns;          /* of content_sql */
	engine::Shape shape;   /* shape.hash is ncolumns + 1, or 0 where no hash column is needed */
	const char *hash_name; /* __dv_key (hash of the key columns), __dv_image (of the visible ones), or nullptr */
	bool index_unique;     /* the index on the key columns (or the hash column) is unique, NULLS NOT DISTINCT */
	bool keys_not_null;    /* the key columns cannot be NULL: the index can be the replica identity */
	int ntables;
	TableUse *tables;
	bool on_demand_only; /* reads a foreign table */
	const core::View *ir;
	const EdgeHash *edge_hashes;  /* per edge of ir */
	const Native *const *natives; /* per block of ir, nullptr where a query is needed */
	AttrNumber *states;           /* aggregate: the view's column that holds each state of ir */
	bool *subtractable;           /* aggregate: rows that leave may be subtracted from the state */
	int *guards;                  /* aggregate: of a sum that may be while this count is not 0: that state; else -1 */
	Oid *better;                  /* aggregate: operator by which one extreme beats another */
	Node **finals;      /* aggregate: per visible column its expression over the view's columns (varno 1), or nullptr */
	const char *advice; /* an index for the whole view, or nullptr */
	Surroundings surroundings;
};

/*
 * Parses `text` as one SELECT and returns it analysed and checked: 42601 for anything else, 0A000 for a refused
 * construct, 42P17 for a volatile function, the server's own errors for the rest. Takes AccessShareLock on what it reads.
 */
Query *parse(const char *text);

/* The query with every order that it leaves open completed, so that it has one right answer. */
Query *complete_orders(Query *query);

/* The index that holds what is as good as a primary key, immediate and valid; or InvalidOid. */
Oid key_index(Oid table);

/* Its text, every name qualified. */
char *text_of(Query *query);

/*
 * `stored` is the query of a view of ours (or complete_orders(parse(text))). The result is in CurrentMemoryContext.
 * Without `use_keys` the base tables' primary keys are ignored: what a view made before its table had one needs.
 * `view` is the view's table where it exists. A part's values must be those of the query to the last digit shown, since
 * what is computed from them may depend on it.
 */
Analysis *analyze(Query *stored, Oid view = InvalidOid, bool use_keys = true, bool is_part = false);

/* Do values of this type always fit an index row? */
bool bounded_type(Oid type, int32 typmod);

/* One step of the rewriting (rewrite.hpp), for tests; nullptr if none applies. */
Query *rewrite_normalized(Query *query, const char *step);

/* The valid index over exactly these columns of a relation, in their order, without a predicate; or InvalidOid. */
Oid index_over(Oid relation, int ncolumns, const AttrNumber *columns, bool unique);

/* Strips what does not change a value's identity. */
inline Node *
strip_relabel(Node *node)
{
	while (node && IsA(node, RelabelType))
		node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
	return node;
}

/* The query of the plain view `definition`. */
Query *stored_query(Oid definition);

} // namespace dv::analyze
