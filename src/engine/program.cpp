#include "engine/program.hpp"

#include "pg/identity.hpp"

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

Entry *recent[16]; /* by the last digits of the view */

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
	program->keeper.context = context;
	program->keeper.desc = program->desc;
	program->row = MakeSingleTupleTableSlot(program->desc, &TTSOpsVirtual);
	program->hasher = make_hasher(program->desc, program->analysis->shape, context);
	program->delta_descs = static_cast<TupleDesc *>(palloc0(sizeof(TupleDesc) * (program->analysis->ntables + 1)));
	program->layouts = static_cast<uint64 *>(palloc0(sizeof(uint64) * (program->analysis->ntables + 1)));
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
	Entry *entry = recent[view % lengthof(recent)];
	if (entry == nullptr || entry->view != view)
		entry = static_cast<Entry *>(hash_search(programs, &view, HASH_FIND, nullptr));
	if (entry == nullptr || !is_current(entry->program))
	{
		bool found;
		Program *fresh = build(info);
		entry = static_cast<Entry *>(hash_search(programs, &view, HASH_ENTER, &found));
		if (found && entry->program->pins > 0)
			retired.push(entry->program);
		else if (found)
			free_program(entry->program);
		entry->program = fresh;
	}
	recent[view % lengthof(recent)] = entry;
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
	memset(recent, 0, sizeof(recent));
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
