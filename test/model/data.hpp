#pragma once

/* What the model keeps: a few tables of small rows, views over them, and who sees which of them. */
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace model {

using Row = std::array<int, 3>;
using Rows = std::vector<Row>;

/* A base table, or the table of a view that other views read. */
struct Table
{
	std::string name;
	std::vector<std::string> columns;
	Rows rows; /* at the beginning */
	int view = -1;
};

struct Column
{
	int occurrence;
	int column;
};

/* left = right, or left < right. */
struct Condition
{
	Column left;
	Column right;
	bool equal = true;
};

enum class Strategy {
	linear,     /* the key columns of each joined row */
	aggregate,  /* count and maximum per key */
	block,      /* keyed over a join: the joined rows of a key, as a list */
	document,   /* keyed, the other occurrences nested below the key's by outer joins */
	not_exists, /* keyed: rows of the key's occurrence that the others do not match */
};

struct View
{
	std::string name;
	int rank;
	Strategy strategy;
	std::vector<int> occurrences; /* the tables they read */
	std::vector<Condition> conditions;
	std::vector<Column> key; /* linear: the output; aggregate: the group; else all that are equal to the key */
	Column value = {0, 0};   /* aggregate: of what the maximum is taken */
	bool anew = false;       /* aggregate: each changed group is recomputed, as for sums of floats */

	bool keyed() const { return strategy != Strategy::linear && strategy != Strategy::aggregate; }
};

/* A row of a table leaves, or comes, or both, before flush number `flush` of the transaction. */
struct Change
{
	int table;
	std::optional<Row> before;
	std::optional<Row> after;
	int flush = 0;
};

/* What a transaction locks: values and keys; tables, having escalated; or tables, since it computes the views anew. */
enum class Extent : char { keys, tables, all };

struct Transaction
{
	std::vector<Change> changes;
	Extent extent = Extent::keys;
};

/* What is run: writers at once over tables and views. */
struct Case
{
	std::vector<Table> tables;
	std::vector<View> views; /* ascending by rank */
	std::vector<Transaction> writers;
	int restarts = 3; /* of a group's locks, before it escalates */

	int ranks() const { return views.back().rank; }
};

/* A version of a view's row: no row where the value is 0. */
struct Version
{
	int view;
	int key;
	int writer;
	int flush;
	int value;
};

using Versions = std::vector<Version>; /* by view and key; of one row the latest is last */

/* A snapshot: what of the transactions in it and, up to one of its flushes, of the writer itself. */
struct Sight
{
	unsigned committed;
	int writer = -1;
	int flush = -1;

	bool sees(int who, int when) const { return (committed >> who & 1) != 0 || (who == writer && when <= flush); }
};

using Contents = std::map<int, int>; /* a view's rows by key */

/* How one occurrence is read from rows of another. */
struct Read
{
	Column from;
	Column to;
	int order; /* 0: from = to; -1: from < to; 1: from > to */

	bool joins(const Row &left, const Row &right) const
	{
		int l = left[from.column];
		int r = right[to.column];
		return order == 0 ? l == r : order < 0 ? l < r : l > r;
	}
};

/* The reads that lead from an occurrence to every other, breadth first. */
std::vector<Read> reads_from(const View &view, int occurrence);

class Data
{
public:
	explicit Data(const Case &which);

	Rows rows(int table, const Sight &sight, const Versions &versions) const;
	int stored(int view, int key, const Sight &sight, const Versions &versions) const;
	Contents stored(int view, const Sight &sight, const Versions &versions) const;

	std::set<int> all_keys(int view, const Sight &sight, const Versions &versions) const;

	/* What the view's query gives. */
	Contents query(int view, const Sight &sight, const Versions &versions) const;
	/* The joined rows of a block, by key and value, with how often each is there. */
	std::map<std::pair<int, int>, int> joined(int view, const Sight &sight, const Versions &versions) const;

	std::string describe(int view, int key, int value) const;

	const Case &which;

private:
	int name(const std::string &text) const;
	Contents document(const View &view, const std::vector<Rows> &tables) const;
	std::vector<Rows> read(const View &view, const Sight &sight, const Versions &versions) const;

	std::vector<Contents> initial_;
	mutable std::map<std::string, int> names_;
};

/* count and maximum as one value. */
inline int
pack(int count, int maximum)
{
	return count == 0 ? 0 : count * 256 + maximum;
}

} // namespace model
