#include "analyze/work.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

int
count_leaves(Node *node)
{
	int n = 0;
	ListCell *lc;
	if (IsA(node, FromExpr))
		foreach (lc, as<FromExpr>(node)->fromlist)
			n += count_leaves(static_cast<Node *>(lfirst(lc)));
	else if (IsA(node, JoinExpr))
		n = count_leaves(as<JoinExpr>(node)->larg) + count_leaves(as<JoinExpr>(node)->rarg);
	else
		n = 1;
	return n;
}

} // namespace

/* A table in FROM that is never null-extended lends its primary key: the one that most tables lead to. */
bool
analyze_by_root(Work *work)
{
	if (!work->use_keys)
		return false;
	Graph *graph = read_graph(work->query);
	for (const Reading &reading : graph->readings)
		work->occurrences.push(core::Occurrence{table_index(work, reading.table)});
	describe_tables(work);
	edges_of(work, graph);
	int best = -1;
	int best_paths = 0;
	pg::Vec<core::KeyColumn> keys;
	for (int i = 0; i < graph->readings.n; i++)
	{
		const Reading &reading = graph->readings[i];
		TableKey key = reading.top ? primary_key(reading.table) : TableKey{0, nullptr, true};
		bool usable = key.ncolumns > 0;
		for (int k = 0; k < key.ncolumns; k++)
			usable = usable && hashable_type(get_atttype(reading.table, key.columns[k]));
		if (!usable)
			continue;
		keys.clear();
		for (int k = 0; k < key.ncolumns; k++)
		{
			core::KeyColumn column{};
			column.occurrence = i;
			column.column = text(column_text(reading.table, key.columns[k]));
			keys.push(column);
		}
		work->ir->kind = core::Kind::keyed;
		work->ir->keys = slice(keys);
		int paths = count_incremental(work->ir);
		if (paths > best_paths)
		{
			best = i;
			best_paths = paths;
		}
	}
	if (best < 0)
	{
		work->ir->kind = core::Kind::complete;
		work->ir->keys = {};
		return false;
	}

	const Reading &root = graph->readings[best];
	TableKey key = primary_key(root.table);
	List *columns = NIL;
	ListCell *lc;
	foreach (lc, work->query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, lfirst(lc));
	int hidden = 0;
	keys.clear();
	pg::Vec<AttrNumber> attnos;
	for (int k = 0; k < key.ncolumns; k++)
	{
		Node *var = reinterpret_cast<Node *>(key_var(work, work->query, root.rtindex, key.columns[k]));
		TargetEntry *entry = expose(&columns, var, &hidden);
		add_key(&keys, entry, false, best, text(column_text(root.table, key.columns[k])));
		attnos.push(position(columns, entry));
	}
	work->query->targetList = columns;
	bool alone = count_leaves(reinterpret_cast<Node *>(work->query->jointree)) == 1;
	finish_keyed(work, keys, attnos, alone ? engine::Identity::key : engine::Identity::group, true, true);
	return true;
}

} // namespace dv::analyze
