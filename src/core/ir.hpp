#pragma once

/*
 * The view program: what the delta rules need to know of a view, and no more.
 *
 * Pure data, owned by whoever builds it (the analyzer's memory context, a
 * test's vectors).  All names and types come in as SQL text, quoted by the
 * server's own functions; expressions stay inside texts and are never read here.
 */
#include <string_view>

namespace dv::core {

using Text = std::string_view;

template <class T> struct Slice
{
	const T *data = nullptr;
	int n = 0;

	const T *begin() const { return data; }
	const T *end() const { return data + n; }
	const T &operator[](int i) const { return data[i]; }
	bool empty() const { return n == 0; }
};

/* A base table; its delta is visible to queries as the relation __dv_delta_<index>. */
struct BaseTable
{
	Text name;           /* qualified */
	Slice<Text> columns; /* the captured ones */
	Slice<Text> leading; /* columns that lead some index: a look-up by one of them is cheap */
};

/* One reading of a base table in the query. */
struct Occurrence
{
	int table;
};

/*
 * SELECT <outputs> FROM <one slot per occurrence> WHERE ...: inner joins only, flattened. Blocks share no occurrence.
 * `body` is the text after SELECT; where occurrence i is read it says __dv_slot_<i>, under the alias r<i>.
 */
struct LinearBlock
{
	Text body;
	Slice<int> occurrences; /* those in the block */
};

/*
 * "A row of `from` matters only together with rows of `to` that satisfy from.from_column op to.to_column":
 * a directed equality of the query.
 */
struct Edge
{
	int from;
	Text from_column;
	int to;
	Text to_column;
	Text op;
	bool same_type;      /* the values can stand for each other */
	Text from_cast = {}; /* the type that the operator reads the column as, where that is another one */
	Text to_cast = {};
	Text from_value = {}; /* instead of a column: an expression over the alias r<from> */
	Text to_value = {};
	int access = -1; /* equal for edges that find rows of one table by the same values; -1: these have no hash */
};

/* A column of the partition key P of a keyed view. */
struct KeyColumn
{
	Text name;  /* the view's column */
	Text equal; /* its type's default equality, as an operator */
	bool nullable;
	int occurrence; /* the base column that it is, or -1: an expression, which the block computes */
	Text column;
};

enum class StateKind : char {
	count_rows, /* count(*) */
	count,      /* count(x) */
	sum,        /* sum(x) over an exact type */
	extreme,    /* min(x), max(x) */
};

/* A state of an aggregate view: a column of its table that deltas are folded into. */
struct State
{
	StateKind kind;
	int argument;   /* index among the block's argument outputs, -1 for count_rows */
	Text type;      /* the state's type */
	Text aggregate; /* extreme: the aggregate's name, for the partial query */
};

enum class Kind : char {
	linear,
	aggregate,
	keyed,
	complete,
};

struct View
{
	Kind kind = Kind::complete;
	Slice<BaseTable> tables;
	Slice<Occurrence> occurrences;
	Text content;          /* the whole content of the view's table, the hash column aside */
	Text name;             /* of the view's table, qualified; empty before it exists */
	Slice<KeyColumn> keys; /* keyed, and aggregate: the group */
	Text hash_column;      /* rows are found by this column of the view instead of the keys; else empty */
	/* One per branch of a UNION ALL. linear: the rows; aggregate: groups, then arguments; keyed: the keys, if has_block */
	Slice<LinearBlock> blocks;
	bool has_block = false;
	bool first_rows = false; /* complete: the content is the first rows of a table, found by an index */
	Slice<State> states;     /* aggregate */
	bool nets = false;       /* aggregate: arguments can be told apart, so that what comes and goes cancels out */
	Slice<bool> scaled;      /* aggregate: per argument, equal values may show different digits */
	Slice<Edge> edges;       /* of the blocks, of each within itself; else of the whole query */
	Slice<bool> traceable;   /* per table: all its readings are among the occurrences */
};

} // namespace dv::core
