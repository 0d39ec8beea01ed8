#include "catalog/report.hpp"

#include "analyze/analysis.hpp"
#include "catalog/create.hpp"
#include "catalog/parts.hpp"
#include "catalog/relations.hpp"
#include "catalog/user_query.hpp"
#include "engine/stats.hpp"

namespace dv::catalog {

namespace {

void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == nullptr;
	if (text != nullptr)
		values[column] = CStringGetTextDatum(text);
}

void
put_uses(FunctionCallInfo fcinfo, const pg::Vec<analyze::TableUse> &uses, const char *complete)
{
	ReturnSetInfo *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);

	for (const analyze::TableUse &use : uses)
	{
		Datum values[6] = {};
		bool nulls[6] = {};

		values[0] = ObjectIdGetDatum(use.table);
		put_text(values, nulls, 1, complete ? "complete" : use.strategy);
		values[2] = BoolGetDatum(complete ? false : use.incremental);
		put_text(values, nulls, 3, complete ? complete : use.reason);
		put_text(values, nulls, 4, complete ? nullptr : use.delta_sql);
		put_text(values, nulls, 5, complete ? nullptr : use.advice);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

analyze::Analysis *
analysis_of(const View *view)
{
	analyze::Analysis *analysis = fitting_analysis(view);

	return analysis
			   ? analysis
			   : analyze::analyze(analyze::stored_query(view->maintained), view->view, true, OidIsValid(view->part_of));
}

/* How often a delta went the longer way, or was estimated to cost more than all of the view. */
const char *
choices_so_far(const View *shown)
{
	pg::Vec<const View *> all = parts_of(shown);
	int64 flushes = 0;
	int64 complete = 0;

	all.push(shown);
	for (const View *one : all)
	{
		engine::Counters counters = {};
		char last_error[256];

		if (!engine::read_counters(one->view, &counters, last_error))
			continue;
		flushes += counters.flushes;
		complete += counters.complete;
	}
	return complete == 0 ? nullptr
						 : psprintf("%lld of %lld flushes so far have computed the whole anew",
									static_cast<long long>(complete), static_cast<long long>(flushes));
}

} // namespace

void
explain_view(FunctionCallInfo fcinfo, Oid relid)
{
	const View *shown = readable_view(relid);
	const char *complete = nullptr;

	if (shown->refresh == Refresh::on_demand)
		complete = "The view is refreshed on demand.";
	else if (shown->method == Method::complete)
		complete = "The view was made with method \"complete\".";
	InitMaterializedSRF(fcinfo, 0);
	pg::Vec<Part> parts;
	for (const View *part : parts_of(shown))
		parts.push({part->view, analysis_of(part)});
	pg::Vec<analyze::TableUse> uses = uses_by_way_of(parts, analysis_of(shown));
	if (const char *so_far = choices_so_far(shown))
		for (analyze::TableUse &use : uses)
			use.reason = psprintf("%s; %s", use.reason, so_far);
	put_uses(fcinfo, uses, complete);
}

void
explain_query(FunctionCallInfo fcinfo, const char *query)
{
	InitMaterializedSRF(fcinfo, 0);
	put_uses(fcinfo, uses_of_query(parse_user_query(query)), nullptr);
}

const char *
rewritten(const char *query, const char *step)
{
	Query *changed = analyze::rewrite_normalized(parse_user_query(query), step);

	return changed ? analyze::text_of(changed) : nullptr;
}

Datum
read_stats(FunctionCallInfo fcinfo, Oid relid)
{
	engine::Counters counters = {};
	char last_error[256] = "";
	TupleDesc desc;
	Datum values[9] = {};
	bool nulls[9] = {};

	if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	(void) engine::read_counters(relid, &counters, last_error);
	values[0] = Int64GetDatum(counters.flushes);
	values[1] = Int64GetDatum(counters.incremental);
	values[2] = Int64GetDatum(counters.complete);
	values[3] = Int64GetDatum(counters.rows_in);
	values[4] = Int64GetDatum(counters.rows_out);
	values[5] = Float8GetDatum(static_cast<double>(counters.usec) / 1000.0);
	values[6] = Int64GetDatum(counters.lock_waits);
	values[7] = Int64GetDatum(counters.escalations);
	/* Messages may quote values. */
	bool shown = last_error[0] != '\0' && pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
	put_text(values, nulls, 8, shown ? last_error : nullptr);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

} // namespace dv::catalog
