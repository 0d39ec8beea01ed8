/*
 * The queries of a program: their texts from src/core, prepared at first use.
 */
#include "core/aggregate.hpp"
#include "core/keyed.hpp"
#include "core/touches.hpp"
#include "core/trace.hpp"
#include "engine/program.hpp"
#include "engine/test_break.hpp"
#include "pg/border.hpp"

#include <stdexcept>

extern "C" {
#include "utils/plancache.h"
}

namespace dv::engine {

namespace {

char *
copied(const std::string &text)
{
	char *copy = static_cast<char *>(palloc_extended(text.size() + 1, MCXT_ALLOC_NO_OOM));
	if (copy == nullptr)
		throw std::bad_alloc();
	memcpy(copy, text.c_str(), text.size() + 1);
	return copy;
}

bool
by_row(const core::View *ir, uint64 mask)
{
	return ir->kind == core::Kind::linear || !core::nets_terms(*ir, core::changed_by(*ir, mask));
}

/* The texts for a purpose; false if there are none. */
bool
emit(const core::View *ir, Purpose purpose, uint64 mask, pg::Vec<const char *> *texts)
{
	bool possible = true;
	pg::outbound([&] {
		std::vector<std::string> queries;
		core::Changed changed = core::changed_by(*ir, mask);
		switch (purpose)
		{
		case Purpose::terms:
			if (is_broken(Rule::linear) && ir->kind == core::Kind::linear)
			{
				for (int i = 0; i < ir->tables.n; i++)
					if (changed[static_cast<size_t>(i)])
						for (std::string &term : core::linear_terms(*ir, core::only(*ir, i)))
							queries.push_back(term);
			}
			else
				queries = by_row(ir, mask) ? core::linear_terms(*ir, changed) : core::aggregate_terms(*ir, changed);
			break;
		case Purpose::values:
			for (core::Touch &touch : core::touches(*ir, changed).values)
				if (!touch.sql.empty())
					queries.push_back(std::move(touch.sql));
			break;
		case Purpose::traces:
			if (auto traces = core::key_traces(*ir, changed))
				queries = *traces;
			else
				possible = false;
			break;
		case Purpose::keys_content:
			queries = {core::content_for_keys(*ir, static_cast<unsigned>(mask))};
			break;
		case Purpose::keys_stored:
			queries = {core::stored_for_keys(*ir, static_cast<unsigned>(mask))};
			break;
		case Purpose::whole_content:
			queries = {core::whole_content(*ir)};
			break;
		case Purpose::whole_stored:
			queries = {core::whole_stored(*ir)};
			break;
		}
		for (const std::string &query : queries)
		{
			if (texts->n == texts->room)
				throw std::length_error("too many delta terms");
			texts->push(copied(query));
		}
	});
	return possible;
}

double
planned_cost(SPIPlanPtr plan)
{
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);
	if (cached == nullptr)
		elog(ERROR, "a delta query has no single plan");
	double cost = linitial_node(PlannedStmt, cached->stmt_list)->planTree->total_cost;
	ReleaseCachedPlan(cached, CurrentResourceOwner);
	return cost;
}

int
size_class(int64 nrows)
{
	return nrows <= 10 ? 0 : nrows <= 1000 ? 1 : nrows <= 100000 ? 2 : 3;
}

} // namespace

void
forget_prepared(Program *program)
{
	for (Prepared &prepared : program->prepared)
		for (int i = 0; i < prepared.nplans; i++)
			(void) SPI_freeplan(prepared.plans[i]);
	program->prepared.clear();
	program->lock_plans.clear();
	program->native_blocks = nullptr;
}

Prepared
prepare(Program *program, Purpose purpose, uint64 mask, int64 nrows)
{
	int size = size_class(nrows) + 8 * broken_rule;
	for (const Prepared &prepared : program->prepared)
		if (prepared.purpose == purpose && prepared.mask == mask && prepared.size == size)
			return prepared;

	pg::Vec<const char *> texts;
	int readings = program->analysis->ir->occurrences.n;
	texts.grow(purpose == Purpose::values ? 2 * readings * readings + 1 : readings + 1);
	Prepared prepared{purpose, mask, size, -1, nullptr, 0, nrows, false};
	if (emit(program->analysis->ir, purpose, mask, &texts))
	{
		prepared.nplans = 0;
		prepared.plans =
			static_cast<SPIPlanPtr *>(MemoryContextAlloc(program->context, sizeof(SPIPlanPtr) * (texts.n + 1)));
		program->prepared.grow(program->prepared.n + 1);
		for (const char *text : texts)
		{
			SPIPlanPtr plan = SPI_prepare(text, 0, nullptr);
			if (plan == nullptr)
				elog(ERROR, "could not prepare a delta query: %s", SPI_result_code_string(SPI_result));
			if (SPI_keepplan(plan) != 0)
				elog(ERROR, "could not keep a delta query");
			prepared.plans[prepared.nplans++] = plan;
		}
	}
	if (purpose == Purpose::terms)
		pg::outbound([&] { prepared.by_row = by_row(program->analysis->ir, mask); });
	for (int i = 0; i < prepared.nplans; i++)
		prepared.cost += planned_cost(prepared.plans[i]);
	return program->prepared.push(prepared);
}

} // namespace dv::engine
