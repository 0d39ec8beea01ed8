#include "core/keyed.hpp"
#include "engine/maintain.hpp"
#include "engine/row_bytes.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "utils/hsearch.h"
#include "utils/uuid.h"
}

namespace dv::engine {

/*
 * The keys that a delta reaches.  Kept apart by which of their columns are
 * NULL, since a query looks for NULL in words of its own.
 */
struct KeyRun
{
	uint64 nulls;
	Tuplestorestate *rows;
	int64 nrows;
};

struct KeySet
{
	Step *step;
	MemoryContext context;
	HTAB *seen;
	TupleTableSlot *row;
	pg::Vec<KeyRun> runs;
	int64 nkeys;
};

KeySet *
begin_keys(Step *step)
{
	KeySet *keys = static_cast<KeySet *>(palloc0(sizeof(KeySet)));
	HASHCTL control{};
	control.keysize = sizeof(Hash128);
	control.entrysize = sizeof(Hash128);
	control.hcxt = CurrentMemoryContext;
	keys->step = step;
	keys->context = CurrentMemoryContext;
	keys->seen = hash_create("keys of a delta", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	keys->row = MakeSingleTupleTableSlot(step->program->keys_desc, &TTSOpsVirtual);
	keys->runs.context = CurrentMemoryContext;
	return keys;
}

int64
count_keys(const KeySet *keys)
{
	return keys->nkeys;
}

void
end_keys(KeySet *keys)
{
	for (const KeyRun &run : keys->runs)
		tuplestore_end(run.rows);
	hash_destroy(keys->seen);
	keys->runs.clear();
}

void
add_key(KeySet *keys, TupleTableSlot *view_row)
{
	Program *program = keys->step->program;
	const Shape &shape = program->analysis->shape;
	Hash128 hash = key_hash(program->hasher, view_row);
	bool known;
	(void) hash_search(keys->seen, &hash, HASH_ENTER, &known);
	if (known)
		return;

	TupleTableSlot *row = keys->row;
	uint64 nulls = 0;
	ExecClearTuple(row);
	for (int i = 0; i < shape.nkeys; i++)
	{
		row->tts_values[i] = view_row->tts_values[shape.keys[i] - 1];
		row->tts_isnull[i] = view_row->tts_isnull[shape.keys[i] - 1];
		if (row->tts_isnull[i] && i < core::nulls_told_apart)
			nulls |= UINT64CONST(1) << i;
	}
	pg_uuid_t uuid;
	hash_to_uuid(hash, uuid.data);
	row->tts_values[shape.nkeys] = UUIDPGetDatum(&uuid);
	row->tts_isnull[shape.nkeys] = false;
	ExecStoreVirtualTuple(row);

	KeyRun *run = nullptr;
	for (KeyRun &candidate : keys->runs)
		if (candidate.nulls == nulls)
			run = &candidate;
	if (run == nullptr)
	{
		MemoryContext before = MemoryContextSwitchTo(keys->context);
		run = &keys->runs.push(KeyRun{nulls, tuplestore_begin_heap(true, false, work_mem), 0});
		MemoryContextSwitchTo(before);
	}
	tuplestore_puttupleslot(run->rows, row);
	run->nrows++;
	keys->nkeys++;
}

void
add_key_tags(const KeySet *keys, pg::Vec<Tag> *tags)
{
	HASH_SEQ_STATUS scan;
	hash_seq_init(&scan, keys->seen);
	while (Hash128 *hash = static_cast<Hash128 *>(hash_seq_search(&scan)))
		tags->push(Tag{keys->step->program->view, TagKind::key, static_cast<uint32>(hash->lo), ExclusiveLock});
}

namespace {

Named
keys_relation(const Program *program, const KeyRun &run)
{
	Named named{};
	pg::copy_text(named.name, "__dv_keys");
	named.rows = run.rows;
	named.desc = program->keys_desc;
	named.nrows = run.nrows;
	return named;
}

} // namespace

/*
 * A key that the planner does not push down computes the whole once per key: its own costs, scaled to the keys at
 * hand, say so.  What costs little either way is not worth the lock on the whole view.
 */
bool
look_ups_cost_more(Step *step, const KeySet *keys)
{
	if (keys->nkeys < 2)
		return false;
	Program *program = step->program;
	double cost = 0;
	for (const KeyRun &run : keys->runs)
	{
		Named named = keys_relation(program, run);
		register_named(named);
		Prepared content = prepare(program, Purpose::keys_content, run.nulls, run.nrows);
		unregister_named(named);
		cost += content.cost * static_cast<double>(run.nrows) / static_cast<double>(content.nrows);
	}
	constexpr double little = 1000;
	return cost > little && cost > cost_of_whole(program);
}

uint64
recompute_keys(Step *step, KeySet *keys)
{
	Program *program = step->program;
	connect(step);
	Collect collect = begin_collecting(step);

	int before = restrict_operation();
	for (const KeyRun &run : keys->runs)
	{
		Named named = keys_relation(program, run);
		register_named(named);
		run_plan(prepare(program, Purpose::keys_content, run.nulls, run.nrows).plans[0], take_content, &collect);
		run_plan(prepare(program, Purpose::keys_stored, run.nulls, run.nrows).plans[0], take_stored, &collect);
		unregister_named(named);
	}
	pg::restore_context(before);
	end_keys(keys);

	return apply_collected(&collect);
}

} // namespace dv::engine
