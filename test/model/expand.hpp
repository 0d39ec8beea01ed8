#pragma once

#include "data.hpp"
#include "locks.hpp"
#include "rules.hpp"

namespace model {

/* One writer's delta of the base tables and views, at one of its flushes. */
class Delta
{
public:
	Delta(const Data &data, int writer, int flush, unsigned committed, const Versions &versions);

	bool touches(const View &view) const;
	bool touches(int table) const;
	Rows changed(int table, bool old_rows) const;

	Sight old_sight() const { return {committed_, writer_, flush_ - 1}; }
	Sight new_sight() const { return {committed_, writer_, flush_}; }

	/* The tags of kind table and value. */
	void add_tags(int view, Extent extent, Rules rules, Needs &needs) const;
	/* The keys of a keyed view that the delta reaches, in the old state and the new one, or in the new one alone. */
	std::set<int> keys(int view, bool new_only) const;

private:
	/* Reads from a changed occurrence on; `found` has the rows by occurrence, `values` what each was read by. */
	struct Walk
	{
		std::vector<Rows> found;
		std::vector<std::set<int>> values;
	};
	Walk walk(const View &view, int occurrence, bool new_only) const;

	const Data &data_;
	int writer_;
	int flush_;
	unsigned committed_;
	const Versions &versions_;
};

} // namespace model
