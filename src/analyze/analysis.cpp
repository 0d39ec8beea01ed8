#include "analyze/internal.hpp"
#include "core/explain.hpp"
#include "pg/border.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
}

namespace dv::analyze {

namespace {

struct Work
{
	Analysis *analysis;
	core::View *ir;
	Query *query; /* normalized */
	pg::Vec<TableCount> tables;
	pg::Vec<core::Occurrence> occurrences;
	bool use_keys;
};

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

/* The visible entry that is this expression, or a new hidden one at the end of the list. */
TargetEntry *
expose(List **columns, Node *expr, int *hidden)
{
	ListCell *lc;
	foreach (lc, *columns)
		if (same_expression(reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), expr))
			return lfirst_node(TargetEntry, lc);
	TargetEntry *entry = makeTargetEntry(static_cast<Expr *>(copyObjectImpl(expr)), list_length(*columns) + 1,
										 psprintf("__dv_k%d", ++*hidden), false);
	*columns = lappend(*columns, entry);
	return entry;
}

AttrNumber
position(List *columns, const TargetEntry *entry)
{
	ListCell *lc;
	foreach (lc, columns)
		if (lfirst(lc) == entry)
			return foreach_current_index(lc) + 1;
	return 0;
}

List *
visible_columns(Query *query)
{
	List *columns = NIL;
	ListCell *lc;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, copyObjectImpl(lfirst(lc)));
	return columns;
}

void
occurrences_of(Work *work, const Flat *flat)
{
	pg::Vec<int> numbers;
	for (int i = 0; i < flat->rtindex.n; i++)
	{
		Oid table = rt_fetch(flat->rtindex[i], flat->query->rtable)->relid;
		work->occurrences.push(core::Occurrence{table_index(work, table)});
		numbers.push(i);
	}
	work->ir->block.occurrences = slice(numbers);
}

Var *
key_var(Work *work, Query *query, int rtindex, AttrNumber column)
{
	Oid table = rt_fetch(rtindex, query->rtable)->relid;
	Oid type;
	int32 typmod;
	Oid collation;
	get_atttypetypmodcoll(table, column, &type, &typmod, &collation);
	use_column(work, table, column);
	return makeVar(rtindex, column, type, typmod, collation, 0);
}

/* Rows of a join are told apart by the keys of all tables in it, where all have one. */
void
analyze_linear(Work *work, Flat *flat)
{
	Analysis *analysis = work->analysis;
	List *columns = visible_columns(flat->query);
	int nvisible = list_length(columns);
	int hidden = 0;
	pg::Vec<AttrNumber> keys;
	bool keyed = work->use_keys && !flat->multiplies;
	bool bounded = true;
	for (int i = 0; keyed && i < flat->rtindex.n; i++)
	{
		Oid table = rt_fetch(flat->rtindex[i], flat->query->rtable)->relid;
		TableKey key = primary_key(table);
		keyed = key.ncolumns > 0;
		bounded = bounded && (key.bounded || flat->rtindex.n == 1);
		for (int k = 0; keyed && k < key.ncolumns; k++)
			keyed = hashable_type(get_atttype(table, key.columns[k]));
	}
	for (int i = 0; keyed && i < flat->rtindex.n; i++)
	{
		TableKey key = primary_key(rt_fetch(flat->rtindex[i], flat->query->rtable)->relid);
		for (int k = 0; k < key.ncolumns; k++)
		{
			Node *var = reinterpret_cast<Node *>(key_var(work, flat->query, flat->rtindex[i], key.columns[k]));
			keys.push(position(columns, expose(&columns, var, &hidden)));
		}
	}
	if (columns == NIL) /* the sign of a delta's row would be alone, before FROM */
		(void) expose(&columns, makeBoolConst(true, false), &hidden);
	work->ir->kind = core::Kind::linear;
	work->ir->has_block = true;
	work->ir->block.body = text(slotted_body(flat, columns));
	analysis->content_sql = deparse_flat(flat, columns, NIL);
	analysis->nvisible = nvisible;
	analysis->ncolumns = list_length(columns);
	analysis->shape.nvisible = nvisible;
	analysis->shape.identity = keyed ? engine::Identity::key : engine::Identity::content;
	analysis->shape.nkeys = keys.n;
	analysis->shape.keys = keys.data;
	analysis->index_unique = keyed;
	analysis->keys_not_null = keyed;
	if (!keyed)
		analysis->hash_name = "__dv_image";
	else if (!bounded || keys.n > INDEX_MAX_KEYS)
		analysis->hash_name = "__dv_key";
}

void
add_key(pg::Vec<core::KeyColumn> *keys, const TargetEntry *entry, bool nullable, int occurrence,
		core::Text column)
{
	TypeCacheEntry *type = lookup_type_cache(exprType(reinterpret_cast<Node *>(entry->expr)), TYPECACHE_EQ_OPR);
	core::KeyColumn key{};
	key.name = text(quote_identifier(entry->resname));
	key.equal = text(operator_text(type->eq_opr));
	key.nullable = nullable;
	key.occurrence = occurrence;
	key.column = column;
	keys->push(key);
}

/* The clauses whose columns a change cannot move a row between unseen: group, partition or distinct columns. */
bool
key_entries(Query *query, List **entries, engine::Identity *identity)
{
	ListCell *lc;
	if (query->setOperations || query->groupingSets != NIL || query->limitCount || query->limitOffset ||
		query->hasTargetSRFs || query->hasRecursive ||
		((query->hasAggs || query->havingQual) && query->groupClause == NIL))
		return false;
	int kinds = (query->groupClause != NIL) + (query->windowClause != NIL) + (query->distinctClause != NIL);
	if (kinds == 0)
		return true;
	if (kinds > 1)
		return false;
	*identity = engine::Identity::group;
	List *clauses = query->distinctClause;
	if (query->groupClause != NIL)
	{
		clauses = query->groupClause;
		*identity = engine::Identity::key;
	}
	if (query->windowClause != NIL)
	{
		clauses = linitial_node(WindowClause, query->windowClause)->partitionClause;
		foreach (lc, query->windowClause)
		{
			List *common = NIL;
			ListCell *a;
			ListCell *b;
			foreach (a, clauses)
				foreach (b, lfirst_node(WindowClause, lc)->partitionClause)
					if (lfirst_node(SortGroupClause, a)->tleSortGroupRef == lfirst_node(SortGroupClause, b)->tleSortGroupRef)
						common = lappend(common, lfirst(a));
			clauses = common;
		}
	}
	foreach (lc, clauses)
	{
		TargetEntry *entry = get_sortgroupclause_tle(lfirst_node(SortGroupClause, lc), query->targetList);
		if (!hashable_type(exprType(reinterpret_cast<Node *>(entry->expr))))
			return false;
		*entries = list_append_unique_ptr(*entries, entry);
	}
	return clauses != NIL;
}

/* Key entries become columns of the view: those that are junk go to the end, with a name. */
List *
columns_with_keys(Query *query, List *entries)
{
	List *columns = NIL;
	ListCell *lc;
	int hidden = 0;
	foreach (lc, query->targetList)
		if (!lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, lfirst(lc));
	foreach (lc, entries)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!entry->resjunk)
			continue;
		entry->resjunk = false;
		entry->resname = psprintf("__dv_k%d", ++hidden);
		columns = lappend(columns, entry);
	}
	foreach (lc, query->targetList)
		if (lfirst_node(TargetEntry, lc)->resjunk)
			columns = lappend(columns, lfirst(lc));
	foreach (lc, columns)
		lfirst_node(TargetEntry, lc)->resno = foreach_current_index(lc) + 1;
	return columns;
}

int
count_columns(List *target_list)
{
	int n = 0;
	ListCell *lc;
	foreach (lc, target_list)
		n += !lfirst_node(TargetEntry, lc)->resjunk;
	return n;
}

void
finish_keyed(Work *work, const pg::Vec<core::KeyColumn> &keys, const pg::Vec<AttrNumber> &columns,
			 engine::Identity identity, bool bounded, bool not_null)
{
	Analysis *analysis = work->analysis;
	work->ir->kind = core::Kind::keyed;
	work->ir->keys = slice(keys);
	analysis->content_sql = text_of(work->query);
	analysis->ncolumns = count_columns(work->query->targetList);
	analysis->shape.nvisible = analysis->nvisible;
	analysis->shape.identity = identity;
	analysis->shape.nkeys = keys.n;
	analysis->shape.keys = columns.data;
	analysis->index_unique = identity == engine::Identity::key;
	analysis->keys_not_null = not_null;
	if (!bounded || keys.n > INDEX_MAX_KEYS)
		analysis->hash_name = "__dv_key";
}

core::Text
cast_text(Oid type)
{
	return OidIsValid(type) ? text(format_type_be_qualified(type)) : core::Text();
}

void
edges_of(Work *work, const Graph *graph)
{
	pg::Vec<core::Edge> edges;
	for (const GraphEdge &edge : graph->edges)
		edges.push(core::Edge{edge.from, text(column_text(graph->readings[edge.from].table, edge.from_column)), edge.to,
							  text(column_text(graph->readings[edge.to].table, edge.to_column)),
							  text(operator_text(edge.op)), edge.same_type, cast_text(edge.from_cast),
							  cast_text(edge.to_cast)});
	work->ir->edges = slice(edges);
}

/* Group, partition or distinct columns: computed by the join block where FROM is one, else found along equalities. */
bool
analyze_by_clause(Work *work, Flat *flat, List *entries, engine::Identity identity)
{
	ListCell *lc;
	pg::Vec<core::KeyColumn> keys;
	pg::Vec<AttrNumber> columns;
	List *block = NIL;
	bool bounded = true;
	pg::Vec<int> readings;
	pg::Vec<AttrNumber> attnos;

	foreach (lc, entries)
	{
		int reading = -1;
		AttrNumber attno = 0;
		if (flat == nullptr &&
			!resolve_output(work->query, reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), &reading, &attno))
			return false;
		readings.push(reading);
		attnos.push(attno);
	}
	Graph *graph = flat ? nullptr : read_graph(work->query);
	if (flat)
		foreach (lc, entries)
		{
			TargetEntry *entry = lfirst_node(TargetEntry, lc);
			ListCell *c;
			foreach (c, flat->query->targetList)
				if (lfirst_node(TargetEntry, c)->resno == entry->resno)
					block = lappend(block,
									makeTargetEntry(static_cast<Expr *>(copyObjectImpl(lfirst_node(TargetEntry, c)->expr)),
													list_length(block) + 1, psprintf("k%d", list_length(block) + 1), false));
		}
	work->query->targetList = columns_with_keys(work->query, entries);
	foreach (lc, entries)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		int i = foreach_current_index(lc);
		add_key(&keys, entry, true, readings[i],
				graph ? text(column_text(graph->readings[readings[i]].table, attnos[i])) : core::Text());
		columns.push(entry->resno);
		bounded = bounded && bounded_type(exprType(reinterpret_cast<Node *>(entry->expr)),
										  exprTypmod(reinterpret_cast<Node *>(entry->expr)));
	}
	if (flat)
	{
		occurrences_of(work, flat);
		work->ir->block.body = text(slotted_body(flat, block));
		work->ir->has_block = true;
		foreach (lc, block)
		{
			core::KeyColumn &key = keys[foreach_current_index(lc)];
			locate_column(flat, reinterpret_cast<Node *>(lfirst_node(TargetEntry, lc)->expr), &key.occurrence, &key.column);
		}
	}
	else
	{
		for (const Reading &reading : graph->readings)
			work->occurrences.push(core::Occurrence{table_index(work, reading.table)});
		edges_of(work, graph);
	}
	finish_keyed(work, keys, columns, identity, bounded, false);
	return true;
}

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

/* How many occurrences reach the key of this one; core decides. */
int
count_paths(const core::View *ir)
{
	int n = 0;
	pg::outbound([&] {
		for (int t = 0; t < ir->tables.n; t++)
			n += core::explain(*ir, t).incremental;
	});
	return n;
}

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
		int paths = count_paths(work->ir);
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

void
analyze_complete(Work *work)
{
	Analysis *analysis = work->analysis;
	work->ir->kind = core::Kind::complete;
	work->ir->keys = {};
	work->ir->edges = {};
	work->occurrences.clear();
	analysis->content_sql = text_of(work->query);
	analysis->ncolumns = analysis->nvisible;
	analysis->shape.identity = engine::Identity::content;
	analysis->shape.nvisible = analysis->nvisible;
	analysis->shape.nkeys = 0;
	analysis->shape.keys = nullptr;
	analysis->hash_name = "__dv_image";
	analysis->index_unique = false;
	analysis->keys_not_null = false;
}

bool
is_simple(const Query *query)
{
	return query->groupClause == NIL && query->groupingSets == NIL && !query->hasAggs && !query->hasWindowFuncs &&
		   query->distinctClause == NIL && query->limitCount == nullptr && query->limitOffset == nullptr &&
		   query->havingQual == nullptr;
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
		AttrNumber *columns = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (bms_num_members(count.columns) + 1)));
		int column = -1;
		while ((column = bms_next_member(count.columns, column)) >= 0)
			columns[use.ncolumns++] = column;
		use.columns = columns;
		analysis->on_demand_only =
			analysis->on_demand_only || get_rel_relkind(count.table) == RELKIND_FOREIGN_TABLE ||
			get_rel_relkind(count.table) == RELKIND_MATVIEW;
		pg::outbound([&] {
			core::Explanation explanation = core::explain(*work->ir, i);
			use.incremental = explanation.incremental;
			use.strategy = copied(explanation.strategy);
			use.reason = copied(explanation.reason);
			use.delta_sql = copied(explanation.delta_sql);
			use.advice = explanation.advice.empty() ? nullptr : copied(explanation.advice);
		});
	}
}

void
refuse_reserved_names(Query *query)
{
	ListCell *lc;
	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		if (!entry->resjunk && strncmp(entry->resname, "__dv_", 5) == 0)
			ereport(ERROR, (errcode(ERRCODE_RESERVED_NAME), errmsg("column name \"%s\" is reserved", entry->resname),
							errdetail("Names that begin with \"__dv_\" are those of maintenance columns.")));
	}
}

} // namespace

Analysis *
analyze(Query *stored, Oid view, bool use_keys)
{
	Analysis *analysis = static_cast<Analysis *>(palloc0(sizeof(Analysis)));
	core::View *ir = new (palloc(sizeof(core::View))) core::View();
	Work *work = new (palloc(sizeof(Work))) Work{analysis, ir, normalize(stored), {}, {}, use_keys};
	Query *query = work->query;

	refuse_reserved_names(query);
	analysis->query = stored;
	analysis->ir = ir;
	analysis->nvisible = count_columns(query->targetList);
	if (query->limitCount == nullptr && query->limitOffset == nullptr && !query->hasDistinctOn)
		query->sortClause = NIL;
	work->tables = tables_of(query);
	if (OidIsValid(view))
		ir->name = text(relation_text(view));
	describe_tables(work); /* key search needs the tables; the columns may grow */

	Flat *flat = flatten(query);
	List *entries = NIL;
	engine::Identity identity = engine::Identity::group;
	auto edges_for_advice = [&] {
		Graph *graph = read_graph(query);
		bool same = graph->readings.n == work->occurrences.n;
		for (int i = 0; same && i < graph->readings.n; i++)
			same = work->occurrences[i].table == table_index(work, graph->readings[i].table);
		if (same)
			edges_of(work, graph);
	};
	if (flat && is_simple(query))
	{
		occurrences_of(work, flat);
		analyze_linear(work, flat);
		edges_for_advice();
	}
	else if (flat && analyze_aggregate(analysis, ir, query, flat))
	{
		occurrences_of(work, flat);
		edges_for_advice();
	}
	else
	{
		analysis->finals = nullptr;
		bool keyed = key_entries(query, &entries, &identity) &&
					 (entries != NIL ? analyze_by_clause(work, flat, entries, identity) : analyze_by_root(work));
		if (!keyed)
			analyze_complete(work);
		else if (flat)
			edges_for_advice();
	}
	describe_tables(work);
	if (ir->kind == core::Kind::keyed && count_paths(ir) == 0)
	{
		work->query = normalize(stored);
		if (work->query->limitCount == nullptr && work->query->limitOffset == nullptr && !work->query->hasDistinctOn)
			work->query->sortClause = NIL;
		analyze_complete(work);
		describe_tables(work);
	}
	if (analysis->hash_name)
	{
		analysis->shape.hash = analysis->ncolumns + 1;
		ir->hash_column = ir->kind == core::Kind::complete ? core::Text() : text(analysis->hash_name);
	}
	ir->content = text(analysis->content_sql);
	describe_uses(work);
	bool settings_matter;
	refuse_what_cannot_be(stored, &settings_matter);
	analysis->settings_matter = settings_matter;
	return analysis;
}

} // namespace dv::analyze
