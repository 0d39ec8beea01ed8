#pragma once

/*
 * Signed multisets, and a join over them: what a delta rule's queries compute,
 * small enough to be seen to be right.
 */
#include "core/source.hpp"

#include <functional>
#include <map>
#include <random>
#include <vector>

namespace dv::test {

using Row = std::vector<int>;

struct Signed
{
	Row row;
	int sign;
};

/* Not netted: a row may come several times, under both signs. */
using Rows = std::vector<Signed>;
using Multiset = std::map<Row, int>;

inline Multiset
net(const Rows &rows)
{
	Multiset out;
	for (const Signed &one : rows)
		if ((out[one.row] += one.sign) == 0)
			out.erase(one.row);
	return out;
}

inline Rows
operator+(Rows a, const Rows &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

inline Rows
operator-(Rows a)
{
	for (Signed &one : a)
		one.sign = -one.sign;
	return a;
}

/* A table before and after, and the log in between, which may hold rows that came and went. */
struct History
{
	Rows old_rows;
	Rows new_rows;
	Rows delta;

	/* What core/source.hpp says of each role. */
	Rows as(core::Role role) const
	{
		switch (role)
		{
		case core::Role::current:
			return new_rows;
		case core::Role::delta:
			return delta;
		case core::Role::before:
			break;
		}
		return new_rows + -delta;
	}
};

using Random = std::mt19937;

inline int
pick(Random &random, int n)
{
	return static_cast<int>(random() % static_cast<unsigned>(n));
}

inline Row
random_row(Random &random, int columns, int values)
{
	Row row;
	for (int i = 0; i < columns; i++)
		row.push_back(pick(random, values));
	return row;
}

inline History
random_history(Random &random, int columns, int values, bool changes)
{
	History history;
	for (int n = pick(random, 5); n > 0; n--)
		history.old_rows.push_back({random_row(random, columns, values), 1});
	history.new_rows = history.old_rows;
	for (int n = changes ? 1 + pick(random, 5) : 0; n > 0; n--)
	{
		Rows &rows = history.new_rows;
		if (!rows.empty() && pick(random, 2) == 0)
		{
			size_t at = static_cast<size_t>(pick(random, static_cast<int>(rows.size())));
			history.delta.push_back({rows[at].row, -1});
			rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
		}
		else
		{
			rows.push_back({random_row(random, columns, values), 1});
			history.delta.push_back(rows.back());
		}
	}
	return history;
}

/* The inner join of all parts: rows side by side where `keep` holds, signs multiplied. */
inline Rows
join(const std::vector<Rows> &parts, const std::function<bool(const Row &)> &keep)
{
	Rows out{{{}, 1}};
	for (const Rows &part : parts)
	{
		Rows wider;
		for (const Signed &left : out)
			for (const Signed &right : part)
			{
				Signed both = left;
				both.row.insert(both.row.end(), right.row.begin(), right.row.end());
				both.sign *= right.sign;
				wider.push_back(std::move(both));
			}
		out = std::move(wider);
	}
	Rows kept;
	for (Signed &one : out)
		if (keep(one.row))
			kept.push_back(std::move(one));
	return kept;
}

} // namespace dv::test
