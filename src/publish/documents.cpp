#include "publish/documents.hpp"

#include "pg/spi.hpp"
#include "publish/published.hpp"
#include "sink_catalog/launch.hpp"

namespace dv::publish {

namespace {

constexpr long batch_rows = 1000;

/* Of one call in a query. */
struct Call
{
	MemoryContext context;
	Oid type; /* of the rows for which there is a plan */
	Jsonb *options;
	TupleDesc desc;
	sink::Rows *rows;
};

void
compile(Call *call, Oid type, const Jsonb *options)
{
	Oid relid = get_typ_typrelid(type);
	sink::Shape shape = {};

	MemoryContextReset(call->context);
	call->type = InvalidOid;
	MemoryContext old = MemoryContextSwitchTo(call->context);
	bool found = false;
	if (OidIsValid(relid))
	{
		Relation rel = relation_open(relid, AccessShareLock);

		found = read_shape(rel, &shape);
		relation_close(rel, NoLock);
	}
	if (!found)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("the row is not one of a view"),
						errhint("Use SELECT deltaview.sink_row(v.*, ...) FROM ONLY view v.")));
	call->options = static_cast<Jsonb *>(palloc(VARSIZE(options)));
	memcpy(call->options, options, VARSIZE(options));
	call->desc = shape.desc;
	call->rows = documents()->compile(shape, call->options);
	call->type = type;
	MemoryContextSwitchTo(old);
}

Call *
call_of(FmgrInfo *function, Oid type, const Jsonb *options)
{
	Call *call = static_cast<Call *>(function->fn_extra);

	if (call == nullptr)
	{
		call = static_cast<Call *>(MemoryContextAllocZero(function->fn_mcxt, sizeof(Call)));
		call->context = AllocSetContextCreate(function->fn_mcxt, "rows as documents", ALLOCSET_SMALL_SIZES);
		function->fn_extra = call;
	}
	if (call->type != type || VARSIZE(call->options) != VARSIZE(options) ||
		memcmp(call->options, options, VARSIZE(options)) != 0)
		compile(call, type, options);
	return call;
}

bytea *
document_of(const Call *call, HeapTupleHeader header)
{
	HeapTupleData tuple = {};
	Datum *values = static_cast<Datum *>(palloc(sizeof(Datum) * Max(call->desc->natts, 1)));
	bool *nulls = static_cast<bool *>(palloc(sizeof(bool) * Max(call->desc->natts, 1)));
	StringInfoData bytes;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	heap_deform_tuple(&tuple, call->desc, values, nulls);
	initStringInfo(&bytes);
	appendStringInfoSpaces(&bytes, VARHDRSZ + 1);
	char letter = documents()->put(&bytes, call->rows, values, nulls);
	bytes.data[VARHDRSZ] = letter;
	SET_VARSIZE(bytes.data, bytes.len);
	return reinterpret_cast<bytea *>(bytes.data);
}

/* A row of the preview. */
void
preview(ReturnSetInfo *result, const bytea *row)
{
	const char *bson = VARDATA_ANY(row) + 1;
	int size = static_cast<int>(VARSIZE_ANY_EXHDR(row)) - 1;
	const char *id = documents()->id_text(bson, size);
	Datum values[2] = {static_cast<Datum>(0), CStringGetTextDatum(documents()->text(bson, size))};
	bool nulls[2] = {id == nullptr, false};

	if (id != nullptr)
		values[0] = CStringGetTextDatum(id);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

} // namespace

const sink::Documents *
documents()
{
	static const sink::Documents *loaded = nullptr;

	if (loaded == nullptr)
	{
		sink_catalog::need_module();
		auto function = reinterpret_cast<const sink::Documents *(*) ()>(load_external_function(
			psprintf("$libdir/%s", sink_catalog::module_name), sink::documents_function, true, nullptr));
		loaded = function();
	}
	return loaded;
}

void
check_documents(Oid view, const Jsonb *options)
{
	Relation rel = relation_open(view, AccessShareLock);
	sink::Shape shape = {};

	if (read_shape(rel, &shape))
		(void) documents()->compile(shape, options);
	relation_close(rel, NoLock);
}

Datum
sink_row(FunctionCallInfo fcinfo, Datum row, Jsonb *options)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(row);

	PG_RETURN_BYTEA_P(document_of(call_of(fcinfo->flinfo, HeapTupleHeaderGetTypeId(header), options), header));
}

void
preview_sink(FunctionCallInfo fcinfo, Oid view, Jsonb *options)
{
	ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
	Oid types[1] = {JSONBOID};
	Datum values[1] = {JsonbPGetDatum(options)};

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	SPIPlanPtr plan =
		SPI_prepare(psprintf("SELECT deltaview.sink_row(v.*, $1) FROM ONLY %s v", pg::qualified_name(view)), 1, types);
	if (plan == nullptr)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	Portal cursor = SPI_cursor_open(nullptr, plan, values, nullptr, true);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "preview of documents", ALLOCSET_DEFAULT_SIZES);
	do
	{
		SPI_cursor_fetch(cursor, true, batch_rows);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(scratch);
			bool null;
			Datum row = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null);

			preview(result, DatumGetByteaPP(row));
			MemoryContextSwitchTo(old);
			MemoryContextReset(scratch);
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(cursor);
	SPI_finish();
}

} // namespace dv::publish
