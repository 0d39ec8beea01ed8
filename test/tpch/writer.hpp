#pragma once

#include "aim.hpp"
#include "columns.hpp"

#include <deque>
#include <set>

namespace tpch {

/* Makes transactions, the same for the same seed and scale. */
class Writer
{
public:
	Writer(Connection &connection, const Generator &generator, uint64_t seed)
		: connection_(connection), generator_(generator), random_(seed, 77)
	{}

	std::vector<Change> transaction();

private:
	Change new_orders(); /* RF1 */
	Change old_orders(); /* RF2 */
	Change aimed();
	Change back();
	Change insert();
	Change update();
	Change remove();
	Change restore();

	std::string some_rows(const Table &table, long limit);
	const Table &some_table();

	Connection &connection_;
	const Generator &generator_;
	Random random_;
	long next_query_ = 0, next_aimed_ = 0, next_new_ = 0, next_old_ = 0;
	std::deque<Change> to_take_back_;
	bool restore_soon_ = false;
};

} // namespace tpch
