#include "catalog/parts.hpp"

#include "analyze/parts.hpp"
#include "catalog/ddl.hpp"
#include "catalog/relations.hpp"
#include "core/ir.hpp"
#include "engine/flush.hpp"

extern "C" {
#include "access/nbtree.h"
}

namespace dv::catalog {

namespace {

const Part *
find_part(const pg::Vec<Part> &parts, Oid table)
{
	for (const Part &part : parts)
	{
		if (part.table == table)
			return &part;
	}
	return nullptr;
}

/* An index on one column of a part; one of hashes where a value may be too long for a row of a B-tree. */
void
add_part_index(Parts *parts, Oid table, const char *columns, bool hash)
{
	const char *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
	char *what = psprintf("%s USING %s (%s)", name, hash ? "hash" : "btree", columns);

	for (const char *known : parts->indexes)
	{
		if (strcmp(known, what) == 0)
			return;
	}
	parts->indexes.push(what);
	char *index = hidden_name(parts->view->schema, get_rel_name(table), "_idx");
	own_ddl(psprintf("CREATE INDEX %s ON %s", quote_identifier(index), what));
}

void
index_column(Parts *parts, Oid table, core::Text column, const core::BaseTable &base)
{
	for (core::Text leading : base.leading)
	{
		if (leading == column)
			return;
	}

	Relation rel = table_open(table, AccessShareLock);
	TupleDesc desc = RelationGetDescr(rel);
	Form_pg_attribute att = nullptr;
	for (int i = 0; i < desc->natts && att == nullptr; i++)
	{
		if (core::Text(quote_identifier(NameStr(TupleDescAttr(desc, i)->attname))) == column)
			att = TupleDescAttr(desc, i);
	}
	bool bounded = att && analyze::bounded_type(att->atttypid, att->atttypmod);
	TypeCacheEntry *type =
		att ? lookup_type_cache(att->atttypid, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_HASH_OPFAMILY) : nullptr;
	table_close(rel, NoLock);
	if (type == nullptr || !OidIsValid(bounded ? type->btree_opf : type->hash_opf))
		return;
	add_part_index(parts, table, pnstrdup(column.data(), column.size()), !bounded);
}

Request
part_request(const Parts *parts)
{
	Request request = *parts->view;
	char *base = hidden_base_name(request.schema_name, request.name);

	request.name = hidden_name(request.schema, base, psprintf("_part%d", parts->made.n + 1));
	request.qualified = quote_qualified_identifier(request.schema_name, request.name);
	request.part_of = parts->definition;
	request.with_data = request.with_data && !parts->to_explain;
	return request;
}

/* The indexes on parts by which changes of other relations that this query reads find their partners there. */
void
index_parts(Parts *parts, const analyze::Analysis *analysis)
{
	const core::View *ir = analysis->ir;
	auto add = [&](int occurrence, core::Text column) {
		int i = ir->occurrences[occurrence].table;
		if (find_part(parts->made, analysis->tables[i].table))
			index_column(parts, analysis->tables[i].table, column, ir->tables[i]);
	};

	for (const core::Edge &edge : ir->edges)
	{
		add(edge.from, edge.from_column);
		add(edge.to, edge.to_column);
	}
	/* what is computed anew for some keys is found by one of their columns */
	for (const core::KeyColumn &key : ir->keys)
	{
		if (key.occurrence < 0)
			continue;
		add(key.occurrence, key.column);
		break;
	}
}

Oid
make_part(void *context, Query *query)
{
	Parts *parts = static_cast<Parts *>(context);
	Request request = part_request(parts);
	Oid definition = create_definition(request, parts->view->name, psprintf("_part%d_query", parts->made.n + 1),
									   analyze::text_of(query));
	analyze::Analysis *analysis = analyze_over_parts(parts, definition, true);
	Oid table = build(request, definition, definition, analysis, !parts->to_explain);
	parts->made.push({table, analysis});
	return table;
}

} // namespace

Query *
make_parts(Parts *parts, Query *stored)
{
	return analyze::with_parts(stored, {make_part, parts});
}

analyze::Analysis *
analyze_over_parts(Parts *parts, Oid definition, bool is_part)
{
	analyze::FirstRows rows;
	int before = parts->indexes.n;

	if (analyze::reads_first_rows(analyze::stored_query(definition), &rows) && find_part(parts->made, rows.table))
		add_part_index(parts, rows.table, rows.index_columns, false);
	auto analyze = [&] { return analyze::analyze(analyze::stored_query(definition), InvalidOid, true, is_part); };
	analyze::Analysis *analysis = analyze();
	index_parts(parts, analysis);
	return parts->indexes.n == before ? analysis : analyze();
}

void
hide_parts(const Parts *parts)
{
	for (const Part &part : parts->made)
		move_to_our_schema(part.table);
}

namespace {

struct Ways
{
	const pg::Vec<Part> *parts;
	pg::Vec<analyze::TableUse> uses;
};

const char *
joined(const char *a, const char *b, const char *separator)
{
	if (a == nullptr || a[0] == '\0')
		return b;
	if (b == nullptr || b[0] == '\0' || strstr(a, b) != nullptr)
		return a;
	return psprintf("%s%s%s", a, separator, b);
}

void
add_use(Ways *ways, const analyze::TableUse &use)
{
	for (analyze::TableUse &known : ways->uses)
	{
		if (known.table != use.table)
			continue;
		/* why not, or else by way of what */
		bool by_way = strcmp(use.strategy, "cascade") == 0 && strcmp(known.strategy, "cascade") != 0;
		if (known.incremental && (!use.incremental || by_way))
			known.reason = use.reason;
		known.incremental = known.incremental && use.incremental;
		known.strategy = known.incremental ? "cascade" : "complete";
		known.delta_sql = joined(known.delta_sql, use.delta_sql, ";\n");
		known.advice = joined(known.advice, use.advice, "\n");
		return;
	}
	ways->uses.push(use);
}

/* The tables that `analysis` reads; those of a part by way of it. */
void
follow(Ways *ways, const analyze::Analysis *analysis, const analyze::TableUse *above)
{
	for (int i = 0; i < analysis->ntables; i++)
	{
		analyze::TableUse use = analysis->tables[i];

		if (above != nullptr)
		{
			bool through = use.incremental;
			use.incremental = through && above->incremental;
			if (through)
				use.reason = above->incremental
								 ? psprintf("by way of hidden view %s", above->name)
								 : psprintf("a change of hidden view %s, which is computed from it, concerns the whole",
											above->name);
			use.delta_sql = joined(use.delta_sql, above->delta_sql, ";\n");
			use.strategy = use.incremental ? "cascade" : "complete";
		}
		if (const Part *part = find_part(*ways->parts, use.table))
			follow(ways, part->analysis, &use);
		else
			add_use(ways, use);
	}
}

} // namespace

pg::Vec<analyze::TableUse>
uses_by_way_of(const pg::Vec<Part> &parts, const analyze::Analysis *analysis)
{
	Ways ways{&parts, {}};

	follow(&ways, analysis, nullptr);
	return ways.uses;
}

} // namespace dv::catalog
