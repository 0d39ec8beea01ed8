#include "analyze/work.hpp"
#include "core/explain.hpp"
#include "pg/border.hpp"

extern "C" {
#include "nodes/bitmapset.h"
}

namespace dv::analyze {

namespace {

core::Slice<core::Text>
leading_columns(Oid table)
{
	pg::Vec<core::Text> leading;
	Relation rel = table_open(table, AccessShareLock);
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		AttrNumber attno = index->rd_index->indkey.values[0];
		if (attno > 0 && RelationGetIndexPredicate(index) == NIL)
			leading.push(text(column_text(table, attno)));
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	return slice(leading);
}

const char *
copied(const std::string &s)
{
	char *copy = static_cast<char *>(palloc_extended(s.size() + 1, MCXT_ALLOC_NO_OOM));
	if (copy == nullptr)
		throw std::bad_alloc();
	memcpy(copy, s.c_str(), s.size() + 1);
	return copy;
}

} // namespace

int
table_index(const Work *work, Oid table)
{
	for (int i = 0; i < work->tables.n; i++)
		if (work->tables[i].table == table)
			return i;
	elog(ERROR, "table %u is not read by the query", table);
	pg_unreachable();
}

void
use_column(Work *work, Oid table, AttrNumber column)
{
	TableCount &count = work->tables[table_index(work, table)];
	count.columns = bms_add_member(count.columns, column);
}

void
describe_tables(Work *work)
{
	pg::Vec<core::BaseTable> tables;
	bool *traceable = static_cast<bool *>(palloc0(sizeof(bool) * (work->tables.n + 1)));
	for (int i = 0; i < work->tables.n; i++)
	{
		const TableCount &count = work->tables[i];
		pg::Vec<core::Text> columns;
		int column = -1;
		while ((column = bms_next_member(count.columns, column)) >= 0)
			columns.push(text(column_text(count.table, column)));
		tables.push(core::BaseTable{text(relation_text(count.table)), slice(columns), leading_columns(count.table)});
		int seen = 0;
		for (const core::Occurrence &occurrence : work->occurrences)
			seen += occurrence.table == i;
		traceable[i] = seen == count.times;
	}
	work->ir->tables = slice(tables);
	work->ir->occurrences = slice(work->occurrences);
	work->ir->traceable = core::Slice<bool>{traceable, work->tables.n};
}

/* How many occurrences reach the key of this one; core decides. */
int
count_incremental(const core::View *ir)
{
	int n = 0;
	pg::outbound([&] {
		for (int t = 0; t < ir->tables.n; t++)
			n += core::explain(*ir, t).incremental;
	});
	return n;
}

void
describe_uses(Work *work)
{
	Analysis *analysis = work->analysis;
	analysis->ntables = work->tables.n;
	analysis->tables = static_cast<TableUse *>(palloc0(sizeof(TableUse) * (work->tables.n + 1)));
	for (int i = 0; i < work->tables.n; i++)
	{
		const TableCount &count = work->tables[i];
		TableUse &use = analysis->tables[i];
		use.table = count.table;
		use.name = work->ir->tables[i].name.data();
		AttrNumber *columns =
			static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (bms_num_members(count.columns) + 1)));
		int column = -1;
		while ((column = bms_next_member(count.columns, column)) >= 0)
			columns[use.ncolumns++] = column;
		use.columns = columns;
		analysis->on_demand_only = analysis->on_demand_only || get_rel_relkind(count.table) == RELKIND_FOREIGN_TABLE;
		if (get_rel_relkind(count.table) == RELKIND_MATVIEW)
		{
			use.strategy = "complete";
			use.reason = "a plain materialized view changes as a whole, when it is refreshed";
			use.delta_sql = work->ir->content.data();
			continue;
		}
		pg::outbound([&] {
			core::Explanation explanation = core::explain(*work->ir, i);
			use.incremental = explanation.incremental;
			use.strategy = copied(explanation.strategy);
			use.reason = copied(explanation.reason);
			use.delta_sql = copied(explanation.delta_sql);
			use.advice = explanation.advice.empty() ? analysis->advice : copied(explanation.advice);
		});
	}
}

} // namespace dv::analyze
