#include "engine/verify.hpp"

#include "analyze/analysis.hpp"
#include "catalog/relations.hpp"
#include "engine/flush.hpp"
#include "pg/identity.hpp"
#include "pg/spi.hpp"
#include "pg/vec.hpp"

#include <cmath>

namespace dv::engine {

namespace {

constexpr double tolerance = 1e-12;

/* How one column is compared. */
struct Column
{
	const char *name; /* quoted */
	bool is_float;
	bool as_text; /* the type has no equality and order */
};

struct Row
{
	int64 copies;
	int64 group;   /* equal in all columns but the floats */
	Datum *floats; /* float8 */
	bool *nulls;
	Datum content;
};

bool
comparable(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);

	return OidIsValid(entry->eq_opr) && OidIsValid(entry->lt_opr);
}

/* The first n columns of the view's table, which are those of its query, in order. */
pg::Vec<Column>
columns_of(Oid view, int n)
{
	Relation rel = table_open(view, AccessShareLock);
	TupleDesc desc = RelationGetDescr(rel);
	pg::Vec<Column> columns;

	for (int i = 0; i < desc->natts && columns.n < n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Oid type = getBaseType(att->atttypid);

		if (!att->attisdropped)
			columns.push({pstrdup(quote_identifier(NameStr(att->attname))), type == FLOAT4OID || type == FLOAT8OID,
						  !comparable(att->atttypid)});
	}
	table_close(rel, NoLock);
	return columns;
}

void
append_list(StringInfo sql, const pg::Vec<Column> &columns, const char *prefix, bool floats, const char *cast)
{
	const char *comma = "";

	for (int i = 0; i < columns.n; i++)
	{
		if (columns[i].is_float != floats)
			continue;
		appendStringInfo(sql, "%s%sk%d%s", comma, prefix, i, cast);
		comma = ", ";
	}
}

/* One side: its columns as k0, k1, ..., those without equality by their output. */
void
append_side(StringInfo sql, const pg::Vec<Column> &columns, int sign, const char *from)
{
	appendStringInfo(sql, "SELECT %d AS s", sign);
	for (int i = 0; i < columns.n; i++)
		appendStringInfo(sql, ", k%d%s AS k%d", i, columns[i].as_text ? "::pg_catalog.text" : "", i);
	appendStringInfo(sql, " FROM %s AS t", from);
	for (int i = 0; i < columns.n; i++)
		appendStringInfo(sql, "%sk%d", i == 0 ? "(" : ", ", i);
	appendStringInfoString(sql, columns.n > 0 ? ")" : "");
}

/* Rows: copies, group, content, floats...; ordered by group. */
char *
comparison(const char *table, const char *query, const pg::Vec<Column> &columns)
{
	int nfloats = 0;
	StringInfoData sql;

	for (const Column &column : columns)
		nfloats += column.is_float ? 1 : 0;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT d.copies, ");
	if (nfloats < columns.n)
	{
		appendStringInfoString(&sql, "pg_catalog.dense_rank() OVER (ORDER BY ");
		append_list(&sql, columns, "d.", false, "");
		appendStringInfoString(&sql, ")");
	}
	else
		appendStringInfoString(&sql, "1::int8");
	appendStringInfoString(&sql, ", pg_catalog.to_jsonb(__dv_row)");
	if (nfloats > 0)
	{
		appendStringInfoString(&sql, ", ");
		append_list(&sql, columns, "d.", true, "::pg_catalog.float8");
	}
	appendStringInfoString(&sql, " FROM (SELECT pg_catalog.sum(u.s) AS copies");
	for (int i = 0; i < columns.n; i++)
		appendStringInfo(&sql, ", u.k%d", i);
	appendStringInfoString(&sql, " FROM (");
	append_side(&sql, columns, 1, table);
	appendStringInfoString(&sql, " UNION ALL ");
	append_side(&sql, columns, -1, query);
	appendStringInfoString(&sql, ") u GROUP BY ");
	for (int i = 0; i < columns.n; i++)
		appendStringInfo(&sql, "%su.k%d", i > 0 ? ", " : "", i);
	appendStringInfo(&sql, "%s HAVING pg_catalog.sum(u.s) <> 0) d CROSS JOIN LATERAL (SELECT",
					 columns.n > 0 ? "" : "()");
	for (int i = 0; i < columns.n; i++)
		appendStringInfo(&sql, "%s d.k%d AS %s", i > 0 ? "," : "", i, columns[i].name);
	appendStringInfoString(&sql, ") __dv_row ORDER BY 2");
	return sql.data;
}

bool
close(const Row &a, const Row &b, int nfloats)
{
	for (int i = 0; i < nfloats; i++)
	{
		if (a.nulls[i] || b.nulls[i])
		{
			if (a.nulls[i] != b.nulls[i])
				return false;
			continue;
		}
		double x = DatumGetFloat8(a.floats[i]);
		double y = DatumGetFloat8(b.floats[i]);

		if (x == y || (std::isnan(x) && std::isnan(y)))
			continue;
		if (!std::isfinite(x) || !std::isfinite(y) || std::fabs(x - y) > tolerance * Max(std::fabs(x), std::fabs(y)))
			return false;
	}
	return true;
}

/* Copies in the table cancel copies in the query that are close, within a group. */
void
pair_off(Row *rows, int n, int nfloats)
{
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n && rows[i].copies > 0; j++)
		{
			if (rows[j].copies >= 0 || !close(rows[i], rows[j], nfloats))
				continue;
			int64 paired = Min(rows[i].copies, -rows[j].copies);
			rows[i].copies -= paired;
			rows[j].copies += paired;
		}
	}
}

pg::Vec<Row>
fetch_rows(int nfloats)
{
	TupleDesc desc = SPI_tuptable->tupdesc;
	pg::Vec<Row> rows;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple tuple = SPI_tuptable->vals[i];
		bool null;
		Row row;

		row.copies = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &null));
		row.group = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &null));
		row.content = SPI_getbinval(tuple, desc, 3, &null);
		row.floats = static_cast<Datum *>(palloc(sizeof(Datum) * (nfloats + 1)));
		row.nulls = static_cast<bool *>(palloc(sizeof(bool) * (nfloats + 1)));
		for (int f = 0; f < nfloats; f++)
			row.floats[f] = SPI_getbinval(tuple, desc, 4 + f, &row.nulls[f]);
		rows.push(row);
	}
	return rows;
}

void
emit(FunctionCallInfo fcinfo, const char *sql, int nfloats)
{
	ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);

	(void) pg::query(sql, GetActiveSnapshot());
	pg::Vec<Row> rows = fetch_rows(nfloats);
	for (int from = 0, to; nfloats > 0 && from < rows.n; from = to)
	{
		for (to = from + 1; to < rows.n && rows[to].group == rows[from].group; to++)
			CHECK_FOR_INTERRUPTS();
		pair_off(&rows[from], to - from, nfloats);
	}
	for (const Row &row : rows)
	{
		Datum values[2] = {Int64GetDatum(row.copies), row.content};
		bool nulls[2] = {false, false};

		if (row.copies != 0)
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

} // namespace

void
verify(FunctionCallInfo fcinfo, Oid relid, bool hidden)
{
	(void) catalog::readable_view(relid);
	flush_now();
	CommandCounterIncrement();
	InitMaterializedSRF(fcinfo, 0);

	const catalog::View *view = catalog::readable_view(relid);
	pg::Identity me = pg::assume(catalog::owner_of(relid), SECURITY_RESTRICTED_OPERATION);
	pg::set_locally(view->nsettings, view->settings);

	LockRelationOid(relid, AccessShareLock);
	int n;
	const char *query;
	if (hidden)
	{
		analyze::Analysis *analysis = catalog::fitting_analysis(view);

		if (analysis == nullptr)
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("view \"%s\" does not fit its query any more", get_rel_name(relid))));
		n = analysis->ncolumns;
		query = psprintf("(%s)", analysis->content_sql);
	}
	else
	{
		Relation definition = relation_open(view->definition, AccessShareLock);

		n = RelationGetNumberOfAttributes(definition);
		query = pg::qualified_name(view->definition);
		relation_close(definition, NoLock);
	}
	pg::Vec<Column> columns = columns_of(relid, n);
	int nfloats = 0;
	for (const Column &column : columns)
		nfloats += column.is_float ? 1 : 0;

	PushActiveSnapshot(GetLatestSnapshot());
	SPI_connect();
	emit(fcinfo, comparison(psprintf("ONLY %s", pg::qualified_name(relid)), query, columns), nfloats);
	SPI_finish();
	PopActiveSnapshot();
	pg::resume(me);
}

} // namespace dv::engine
