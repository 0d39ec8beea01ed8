#include "analyze/work.hpp"
#include "core/trace.hpp"
#include "pg/border.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace dv::analyze {

namespace {

/*
 * A table in FROM that is never null-extended lends the view its key: its primary key, or else the columns by which
 * others are joined to it, rows that share them being told apart by content.
 */
struct Root
{
	int reading;
	bool primary;
	bool outdated; /* the table has a primary key by now: only for a view made before */
	TableKey key;
	int incremental; /* tables whose changes reach the key */
	int determined;  /* tables of which a row of the root has one partner: the more, the fewer rows share a key */
	int steps;       /* of all paths to the key */
};

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

/* Does a value of the key have one row of the view? */
bool
is_unique(const Work *work, const Root &root)
{
	return root.primary && count_leaves(reinterpret_cast<Node *>(work->query->jointree)) == 1;
}

bool
is_ordered(Oid type)
{
	return OidIsValid(lookup_type_cache(type, TYPECACHE_CMP_PROC)->cmp_proc);
}

TableKey
usable_columns(Oid table, const Bitmapset *among)
{
	pg::Vec<AttrNumber> columns;
	bool bounded = true;
	int column = -1;
	while ((column = bms_next_member(among, column)) >= 0)
	{
		Oid type;
		int32 typmod;
		Oid collation;
		get_atttypetypmodcoll(table, column, &type, &typmod, &collation);
		if (!hashable_type(type) || !is_ordered(type))
			continue;
		columns.push(column);
		bounded = bounded && bounded_type(type, typmod);
	}
	return TableKey{columns.n, columns.data, bounded, true};
}

/* The columns by which others are joined to it, or all in use. */
TableKey
join_columns(const Work *work, const Graph *graph, int reading)
{
	Oid table = graph->readings[reading].table;
	Bitmapset *joined = nullptr;
	for (const GraphEdge &edge : graph->edges)
		if (edge.to == reading && edge.to_column > 0)
			joined = bms_add_member(joined, edge.to_column);
	TableKey key = usable_columns(table, joined);
	return key.ncolumns > 0 ? key : usable_columns(table, work->tables[table_index(work, table)].columns);
}

/* How many readings at the top have at most one row beside a row of this one, by their primary keys. */
int
count_determined(const Graph *graph, int root)
{
	Bitmapset *known = bms_make_singleton(root);
	auto is_determined = [&](int reading) {
		TableKey key = primary_key(graph->readings[reading].table);
		for (int k = 0; k < key.ncolumns; k++)
		{
			bool equated = false;
			for (const GraphEdge &edge : graph->edges)
				equated = equated || (edge.to == reading && edge.to_column == key.columns[k] &&
									  graph->readings[edge.from].top && bms_is_member(edge.from, known));
			if (!equated)
				return false;
		}
		return key.ncolumns > 0;
	};
	for (bool more = true; more;)
	{
		more = false;
		for (int i = 0; i < graph->readings.n; i++)
			if (graph->readings[i].top && !bms_is_member(i, known) && is_determined(i))
			{
				known = bms_add_member(known, i);
				more = true;
			}
	}
	return bms_num_members(known);
}

/* Names of hidden columns say which root they are of: a view keeps the one that it was made with. */
const char *
suffix(const Root &root)
{
	if (root.primary)
		return root.reading == 0 ? "" : psprintf("_%d", root.reading);
	return psprintf("_j%d", root.reading);
}

const char *
hash_name(const Root &root)
{
	return psprintf("__dv_key%s", suffix(root));
}

/* The query with the root's key among its columns; the key columns' positions. */
List *
columns_with_key(const Work *work, const Graph *graph, const Root &root, pg::Vec<TargetEntry *> *entries)
{
	List *columns = visible_columns(work->query);
	int hidden = 0;
	for (int k = 0; k < root.key.ncolumns; k++)
	{
		int before = hidden;
		Node *var = reinterpret_cast<Node *>(
			column_var(work->query, graph->readings[root.reading].rtindex, root.key.columns[k]));
		TargetEntry *entry = expose(&columns, var, &hidden);
		if (hidden > before)
			entry->resname = psprintf("%s%s", entry->resname, suffix(root));
		entries->push(entry);
	}
	return columns;
}

/* Is the view's table one that was made with this root? */
bool
made_with(const Work *work, const Graph *graph, const Root &root, bool indexed)
{
	pg::Vec<TargetEntry *> entries;
	List *columns = columns_with_key(work, graph, root, &entries);
	bool hashed = !root.key.bounded || root.key.ncolumns > INDEX_MAX_KEYS;
	Relation rel = table_open(work->view, AccessShareLock);
	TupleDesc desc = RelationGetDescr(rel);
	auto named = [desc](int column, const char *name) {
		return strcmp(NameStr(TupleDescAttr(desc, column)->attname), name) == 0;
	};
	int n = list_length(columns);
	bool same = desc->natts == n + hashed && (!hashed || named(n, hash_name(root)));
	for (int i = work->analysis->nvisible; same && i < n; i++)
		same = named(i, list_nth_node(TargetEntry, columns, i)->resname);
	table_close(rel, NoLock);

	pg::Vec<AttrNumber> attnos;
	for (TargetEntry *entry : entries)
		attnos.push(position(columns, entry));
	AttrNumber hash = n + 1;
	return same &&
		   (!indexed || OidIsValid(hashed ? index_over(work->view, 1, &hash, is_unique(work, root))
										  : index_over(work->view, attnos.n, attnos.data, is_unique(work, root))));
}

bool
better(const Root &a, const Root &b)
{
	if (a.outdated != b.outdated)
		return b.outdated;
	if (a.incremental != b.incremental)
		return a.incremental > b.incremental;
	if (a.determined != b.determined)
		return a.determined > b.determined;
	if (a.steps != b.steps)
		return a.steps < b.steps;
	return a.primary && !b.primary;
}

pg::Vec<Root>
possible_roots(Work *work, const Graph *graph)
{
	pg::Vec<Root> roots;
	pg::Vec<core::KeyColumn> keys;
	auto consider = [&](Root root) {
		keys.clear();
		for (int k = 0; k < root.key.ncolumns; k++)
		{
			core::KeyColumn column{};
			column.occurrence = root.reading;
			column.column = text(column_text(graph->readings[root.reading].table, root.key.columns[k]));
			keys.push(column);
		}
		work->ir->kind = core::Kind::keyed;
		work->ir->keys = slice(keys);
		root.incremental = count_incremental(work->ir);
		root.determined = count_determined(graph, root.reading);
		pg::outbound([&] { root.steps = core::count_steps(*work->ir); });
		if (root.incremental > 0)
			roots.push(root);
	};
	for (int i = 0; i < graph->readings.n; i++)
	{
		if (!graph->readings[i].top)
			continue;
		TableKey key = work->use_keys ? primary_key(graph->readings[i].table) : TableKey{0, nullptr, true, false};
		bool usable = key.ncolumns > 0;
		for (int k = 0; k < key.ncolumns; k++)
			usable = usable && hashable_type(get_atttype(graph->readings[i].table, key.columns[k]));
		/* Its index holds all its values. */
		key.bounded = true;
		if (usable)
			consider(Root{i, true, false, key, 0, 0, 0});
		key = join_columns(work, graph, i);
		if (key.ncolumns > 0 && (!usable || OidIsValid(work->view)))
			consider(Root{i, false, usable, key, 0, 0, 0});
	}
	work->ir->kind = core::Kind::complete;
	work->ir->keys = {};
	return roots;
}

/* The best, of an existing view the one that it was made with: by its index, which a view being filled lacks. */
const Root *
choose_root(const Work *work, const Graph *graph, const pg::Vec<Root> &roots)
{
	const Root *best = nullptr;
	for (int asked = OidIsValid(work->view) ? 2 : 0; asked >= 0 && best == nullptr; asked--)
		for (const Root &root : roots)
			if ((asked == 0 || made_with(work, graph, root, asked == 2)) && (best == nullptr || better(root, *best)))
				best = &root;
	return best;
}

} // namespace

bool
analyze_by_root(Work *work)
{
	Graph *graph = read_graph(work->query);
	for (const Reading &reading : graph->readings)
		work->occurrences.push(core::Occurrence{table_index(work, reading.table)});
	describe_tables(work);
	edges_of(work, graph);
	pg::Vec<Root> roots = possible_roots(work, graph);
	const Root *root = choose_root(work, graph, roots);
	if (root == nullptr)
		return false;

	pg::Vec<TargetEntry *> entries;
	pg::Vec<core::KeyColumn> keys;
	pg::Vec<AttrNumber> attnos;
	List *columns = columns_with_key(work, graph, *root, &entries);
	for (int k = 0; k < root->key.ncolumns; k++)
	{
		const Reading &reading = graph->readings[root->reading];
		use_column(work, reading.table, root->key.columns[k]);
		add_key(&keys, entries[k], root->key.nullable, root->reading,
				text(column_text(reading.table, root->key.columns[k])));
		attnos.push(position(columns, entries[k]));
	}
	work->query->targetList = columns;
	finish_keyed(work, keys, attnos, is_unique(work, *root) ? engine::Identity::key : engine::Identity::group,
				 root->key.bounded, !root->key.nullable);
	if (work->analysis->hash_name)
		work->analysis->hash_name = hash_name(*root);
	return true;
}

} // namespace dv::analyze
