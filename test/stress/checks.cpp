#include "checks.hpp"

namespace stress {

namespace {

std::string
comparison(Connection &connection, const View &view)
{
	return connection.must(
		"SELECT format('SELECT %2$L || d::text FROM ((SELECT 1, %1$s FROM stress.%3$I EXCEPT ALL SELECT 1, %1$s FROM %4$s)"
		" UNION ALL (SELECT -1, %1$s FROM %4$s EXCEPT ALL SELECT -1, %1$s FROM stress.%3$I)) d WHERE EXISTS (SELECT FROM"
		" deltaview.views WHERE name = %5$L::regclass AND state = ''fresh'') LIMIT 5', (SELECT string_agg(quote_ident("
		"attname) || CASE atttypid WHEN 'json'::regtype THEN '::text' ELSE '' END, ', ' ORDER BY attnum) FROM"
		" pg_attribute WHERE attrelid = definition AND attnum > 0), name || ': ', name, definition::regclass,"
		" 'stress.' || name) FROM deltaview.view_catalog, (VALUES ('" +
		view.name + "')) n(name) WHERE view = ('stress.' || name)::regclass");
}

} // namespace

void
Checks::prepare(Connection &connection, const std::vector<View> &views)
{
	comparisons_.clear();
	for (const View &view : views)
		comparisons_[view.name] = comparison(connection, view);
}

std::string
Checks::in_snapshot(Connection &connection)
{
	std::string found;
	connection.must("BEGIN ISOLATION LEVEL REPEATABLE READ");
	/* Who reads a truncated table under an older snapshot finds it empty: none may be truncated from here on. */
	Answer answer = connection.run(std::string("LOCK TABLE ") + base_tables + " IN ACCESS SHARE MODE");
	for (auto each = comparisons_.begin(); each != comparisons_.end() && answer.ok(); ++each)
	{
		answer = connection.run(each->second);
		found += answer.text;
	}
	connection.must("ROLLBACK");
	snapshots_ += answer.ok();
	return found + (answer.ok() || answer.transient() ? "" : answer.message);
}

std::string
Checks::at_rest(Connection &connection)
{
	connection.must("SELECT deltaview.refresh(name) FROM deltaview.views WHERE state IN ('paused', 'stale')");
	rests_++;
	return connection.must("SELECT format('verify of %s: %s', name, d) FROM deltaview.views, deltaview.verify(name) d"
						   " LIMIT 5") +
		   connection.must("SELECT format('verify_state of %s: %s', view, d) FROM deltaview.view_catalog,"
						   " deltaview.verify_state(view) d WHERE state = 'fresh' LIMIT 5");
}

} // namespace stress
