#pragma once

#include "core/source.hpp"

namespace dv::core {

/*
 * What the maintenance of a view reads of its tables, and what a change of them writes there, as far as values tell: a
 * row that one transaction writes matters to what another one reads only if some equality, by which that one reads
 * the row's table, finds it.
 *
 *     reads    rows of edge.to, found by edge: the values are those of edge.from, in the changed rows themselves
 *              or in rows found on the way
 *     writes   the values of edge.to in the changed rows, for every edge by which any change reads that table
 *
 * Reads follow what the delta rules read: a term and a block's trace all tables of the block, another trace those
 * on its path. One equality per table read is enough: the others only narrow it down.  Between two tables that read each
 * other, one of the two directions is enough, too.
 */
struct Touch
{
	int edge;
	bool writes;
	bool deep;       /* its values lie in rows found on the way */
	int table;       /* whose delta has the values in `column`, */
	Text column;     /* unless that is empty: */
	std::string sql; /* then they are the one output of this query */
};

struct Touches
{
	std::vector<Touch> values;
	std::vector<bool> tables; /* read in another way */
};

/* Of a view that is not complete, for these changed tables. */
Touches touches(const View &view, const Changed &changed);

} // namespace dv::core
