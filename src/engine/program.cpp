#include "engine/program.hpp"

#include "core/aggregate.hpp"
#include "core/keyed.hpp"
#include "core/touches.hpp"
#include "core/trace.hpp"
#include "engine/test_break.hpp"
#include "pg/border.hpp"
#include "pg/identity.hpp"

#include <stdexcept>

extern "C" {
#include "optimizer/optimizer.h"
#include "utils/hsearch.h"
#include "utils/plancache.h"
}

namespace dv::engine {

namespace {

HTAB *programs;
pg::Vec<Program *> retired; /* still pinned when they were replaced */
int pinned;                 /* programs, counted as often as they are */
uint64 swept;               /* the generation at which those out of date were last looked for */
uint64 code_altered;        /* how often functions and types were, domains among them */

struct Entry
{
	Oid view;
	Program *program;
};

void
on_code(Datum, int, uint32)
{
	code_altered++;
}

bool
is_current(const Program *program)
{
	return program->generation == catalog::generation() &&
		   (program->code_altered == code_altered || !program->analysis->surroundings.code);
}

void
free_program(Program *program)
{
	forget_prepared(program);
	MemoryContextDelete(program->context);
}

/* Does the content have the columns of the view's table? Names tell hidden columns apart. */
bool
fits(const analyze::Analysis *analysis, TupleDesc desc)
{
	int natts = analysis->ncolumns + (analysis->hash_name ? 1 : 0);
	if (desc->natts != natts ||
		(analysis->hash_name && strcmp(NameStr(TupleDescAttr(desc, natts - 1)->attname), analysis->hash_name) != 0))
		return false;
	SPIPlanPtr plan = SPI_prepare(analysis->content_sql, 0, nullptr);
	if (plan == nullptr)
		elog(ERROR, "could not prepare the content of a view: %s", SPI_result_code_string(SPI_result));
	TupleDesc content = static_cast<CachedPlanSource *>(linitial(SPI_plan_get_plan_sources(plan)))->resultDesc;
	bool same = content->natts == analysis->ncolumns;
	for (int i = 0; same && i < content->natts; i++)
	{
		Form_pg_attribute have = TupleDescAttr(desc, i);
		Form_pg_attribute want = TupleDescAttr(content, i);
		same = !have->attisdropped && have->atttypid == want->atttypid &&
			   (i < analysis->nvisible || strcmp(NameStr(have->attname), NameStr(want->attname)) == 0);
	}
	(void) SPI_freeplan(plan);
	return same;
}

void
compile_aggregate(Program *program)
{
	analyze::Analysis *analysis = program->analysis;
	if (analysis->finals == nullptr)
		return;
	program->finals = static_cast<ExprState **>(palloc0(sizeof(ExprState *) * analysis->nvisible));
	for (int i = 0; i < analysis->nvisible; i++)
		if (analysis->finals[i])
			program->finals[i] =
				ExecInitExpr(expression_planner(reinterpret_cast<Expr *>(analysis->finals[i])), nullptr);
	int nstates = analysis->ir->states.n;
	program->better = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo) * (nstates + 1)));
	for (int i = 0; i < nstates; i++)
		if (OidIsValid(analysis->better[i]))
			fmgr_info(get_opcode(analysis->better[i]), &program->better[i]);
}

bool
is_native(const analyze::Analysis *analysis)
{
	if (!analysis->ir->has_block || analysis->ir->kind == core::Kind::complete)
		return false;
	for (int i = 0; i < analysis->ir->blocks.n; i++)
		if (analysis->natives[i] == nullptr)
			return false;
	return true;
}

/* Does writing a row of the table run code of users, triggers aside: constraints, indexes over expressions, types? */
bool
runs_users_code(Relation rel)
{
	TupleConstr *constraints = RelationGetDescr(rel)->constr;
	bool runs = constraints && constraints->num_check > 0;
	ListCell *lc;
	foreach (lc, RelationGetIndexList(rel))
	{
		Relation index = index_open(lfirst_oid(lc), AccessShareLock);
		runs = runs || contain_var_clause(reinterpret_cast<Node *>(RelationGetIndexExpressions(index))) ||
			   RelationGetIndexPredicate(index) != NIL;
		index_close(index, NoLock);
	}
	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
		runs = runs || TupleDescAttr(RelationGetDescr(rel), i)->atttypid >= FirstNormalObjectId;
	return runs;
}

TupleDesc
make_keys_desc(const Program *program)
{
	const Shape &shape = program->analysis->shape;
	TupleDesc desc = CreateTemplateTupleDesc(shape.nkeys + 1);
	for (int i = 0; i < shape.nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(program->desc, shape.keys[i] - 1);
		TupleDescInitEntry(desc, i + 1, psprintf("k%d", i + 1), att->atttypid, att->atttypmod, 0);
		TupleDescInitEntryCollation(desc, i + 1, att->attcollation);
	}
	TupleDescInitEntry(desc, shape.nkeys + 1, "h", UUIDOID, -1, 0);
	return desc;
}

void
name_view(void *context)
{
	errcontext("analysis of view \"%s\"", static_cast<const char *>(context));
}

Program *
build(const catalog::View *info)
{
	ErrorContextCallback named{error_context_stack, name_view, get_rel_name(info->view)};
	error_context_stack = &named;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "deltaview program", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Program *program = static_cast<Program *>(palloc0(sizeof(Program)));
	program->view = info->view;
	program->context = context;
	program->generation = catalog::generation();
	program->code_altered = code_altered;
	program->prepared.context = context;
	program->lock_plans.context = context;

	Relation rel = table_open(info->view, AccessShareLock);
	program->desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
	Oid owner = rel->rd_rel->relowner;

	/* The view keeps the shape that it was made with, whatever keys its tables have by now. */
	MemoryContextSwitchTo(before);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* Whoever writes first brings rights and a search_path: neither counts, and planning may call functions. */
	pg::Identity identity = pg::assume(owner, SECURITY_RESTRICTED_OPERATION);
	PushActiveSnapshot(GetLatestSnapshot());
	bool fitting = false;
	for (bool use_keys : {true, false})
	{
		MemoryContextSwitchTo(context);
		program->analysis =
			analyze::analyze(analyze::stored_query(info->maintained), info->view, use_keys, OidIsValid(info->part_of));
		fitting = fits(program->analysis, program->desc);
		if (fitting)
			break;
	}
	PopActiveSnapshot();
	if (!fitting)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("view \"%s\" no longer fits its definition", get_rel_name(info->view)),
				 errdetail("The columns of its table, or a key of a base table, have changed since it was made."),
				 errhint("Drop the view and create it anew.")));
	SPI_finish();
	MemoryContextSwitchTo(context);

	program->keys_desc = make_keys_desc(program);
	program->hasher = make_hasher(program->desc, program->analysis->shape, context);
	program->delta_descs = static_cast<TupleDesc *>(palloc0(sizeof(TupleDesc) * (program->analysis->ntables + 1)));
	program->estate = CreateExecutorState();
	program->expressions = GetPerTupleExprContext(program->estate);
	program->names_matter = program->analysis->surroundings.names || runs_users_code(rel);
	program->native = is_native(program->analysis);
	compile_aggregate(program);
	table_close(rel, NoLock);
	pg::resume(identity);
	error_context_stack = named.previous;
	MemoryContextSetParent(context, CacheMemoryContext);
	MemoryContextSwitchTo(before);
	return program;
}

char *
copied(const std::string &text)
{
	char *copy = static_cast<char *>(palloc_extended(text.size() + 1, MCXT_ALLOC_NO_OOM));
	if (copy == nullptr)
		throw std::bad_alloc();
	memcpy(copy, text.c_str(), text.size() + 1);
	return copy;
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
				queries = ir->kind == core::Kind::linear ? core::linear_terms(*ir, changed)
														 : core::aggregate_terms(*ir, changed);
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

Program *
pin_program(Oid view)
{
	if (programs == nullptr)
	{
		HASHCTL control{};
		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(Entry);
		programs = hash_create("deltaview programs", 32, &control, HASH_ELEM | HASH_BLOBS);
		retired.context = TopMemoryContext;
		for (int cache : {PROCOID, TYPEOID})
			CacheRegisterSyscacheCallback(cache, on_code, static_cast<Datum>(0));
	}
	const catalog::View *info = catalog::view(view);
	if (info == nullptr)
		elog(ERROR, "relation %u is not a maintained view", view);
	bool found;
	Entry *entry = static_cast<Entry *>(hash_search(programs, &view, HASH_FIND, &found));
	if (!found || !is_current(entry->program))
	{
		Program *fresh = build(info);
		entry = static_cast<Entry *>(hash_search(programs, &view, HASH_ENTER, &found));
		if (found && entry->program->pins > 0)
			retired.push(entry->program);
		else if (found)
			free_program(entry->program);
		entry->program = fresh;
	}
	entry->program->pins++;
	pinned++;
	return entry->program;
}

void
unpin_program(Program *program)
{
	program->pins--;
	pinned--;
}

void
release_programs() noexcept
{
	for (Program *program : retired)
		free_program(program);
	retired.clear();
	if (programs == nullptr || (pinned == 0 && swept == catalog::generation()))
		return;
	pinned = 0;
	swept = catalog::generation();
	HASH_SEQ_STATUS scan;
	hash_seq_init(&scan, programs);
	while (Entry *entry = static_cast<Entry *>(hash_seq_search(&scan)))
	{
		entry->program->pins = 0;
		/* Out of date, and its view perhaps gone: nobody will ask for it again. */
		if (entry->program->generation == catalog::generation())
			continue;
		free_program(entry->program);
		(void) hash_search(programs, &entry->view, HASH_REMOVE, nullptr);
	}
}

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
	Prepared prepared{purpose, mask, size, -1, nullptr, 0, nrows};
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
	for (int i = 0; i < prepared.nplans; i++)
		prepared.cost += planned_cost(prepared.plans[i]);
	return program->prepared.push(prepared);
}

void
columns_used(Oid view, Oid table, pg::Vec<AttrNumber> *out)
{
	Program *program = pin_program(view);
	for (int i = 0; i < program->analysis->ntables; i++)
		if (program->analysis->tables[i].table == table)
			for (int c = 0; c < program->analysis->tables[i].ncolumns; c++)
				out->push(program->analysis->tables[i].columns[c]);
	unpin_program(program);
}

} // namespace dv::engine
