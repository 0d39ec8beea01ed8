#pragma once

/*
 * Changes of a view's table, made natively: no query, one write per row.
 *
 * Two levels.  `Target` writes single rows (indexes, constraints, user triggers
 * and the delta for views on views included).  `Difference` takes rows that leave
 * and rows that enter, nets them, pairs them into updates, and writes them in
 * one order, by place in the key's index and by hash, the same in every backend, so that
 * two writers cannot deadlock on view rows.
 */
#include "pg/postgres.hpp"
#include "pg/vec.hpp"

namespace dv::engine {

/* How rows of a view are told apart. */
enum class Identity : char {
	key,     /* the key columns are unique */
	group,   /* several rows may share the key columns; within them, by content */
	content, /* no key: by the image of all visible columns, with multiplicity */
};

/* The shape of a view's table, as far as apply needs it. Attribute numbers are the view's. */
struct Shape
{
	Identity identity;
	int nvisible; /* the user's columns come first */
	int nkeys;    /* key columns (identity key or group); may be 0: then the view has at most one row */
	const AttrNumber *keys;
	AttrNumber hash; /* the hash column, __dv_key or __dv_image uuid: for unbounded keys, or for content; or 0 */
};

/* Does the view have one row, or none? Its index is then over a constant. */
inline bool
is_single_row(const Shape &shape)
{
	return shape.identity == Identity::key && shape.nkeys == 0 && shape.hash == 0;
}

/* 128 bits. */
struct Hash128
{
	uint64 hi;
	uint64 lo;
};

/* Per-view helpers for hashing: built once per flush (or kept by the program) in `context`. */
struct Hasher;
Hasher *make_hasher(TupleDesc desc, const Shape &shape, MemoryContext context);

/*
 * Hash of the key columns, equal for values that are equal by the type's default `=` (NULL equals NULL). 0A000 by
 * make_hasher where a key column's type has no `=` to go by.
 */
Hash128 key_hash(Hasher *hasher, TupleTableSlot *slot);

/*
 * Hash of the image of the visible columns: equal for rows made from equal inputs by the same deterministic
 * expressions, however the values are stored (toasted, compressed, short headers).
 */
Hash128 content_hash(Hasher *hasher, TupleTableSlot *slot);

/*
 * Fills slot's hash column where the shape has one: the content's hash for identity content, else the key's. The
 * slot must be virtual and writable; the value stays good until the next call with this hasher.
 */
void set_hash_column(Hasher *hasher, const Shape &shape, TupleTableSlot *slot);

/* Those of constraints among them. */
bool has_after_triggers(Relation rel);

struct Target;

/* What keeps a closed target for the next time; in a memory context that lives as long as the table stays as it is. */
struct TargetKeeper
{
	MemoryContext context;
	TupleDesc desc;     /* the table's, in that context */
	Target *closed;     /* or nullptr: none was made yet, or an error has cut its use short */
	MemoryContext made; /* of the last one made to be kept */
};

/* An open view table. */
struct Target
{
	Relation rel;
	TargetKeeper *keeper;  /* nullptr: freed when it is closed */
	MemoryContext context; /* for what lives until then */
	EState *estate;
	ResultRelInfo *rri;
	TransitionCaptureState *on_insert;
	TransitionCaptureState *on_update;
	TransitionCaptureState *on_delete;
	bool feeds_views; /* other views read this one: changes go to the delta log as well */
	int nindexes;
	bool other_unique; /* the table has a unique or exclusion constraint besides the key's */
	Oid key_index;     /* the index on the key columns, on the hash column, or invalid */
	Relation key_rel;  /* the same, open */
	bool key_unique;   /* it is unique, and checked at once */
	/* For a scan of it, per column; without values. */
	const struct ScanKeyData *search;
	Snapshot crosscheck;   /* unless null, a row to be changed that it does not see raises 40001 */
	struct Finder *finder; /* see find_row.cpp */
	TupleTableSlot *found; /* scratch: the row last located, with its tid */
	bool queued;           /* in the queue for the row of this hash */
	uint32 queued_for;
	uint64 inserted, updated, deleted;
};

/*
 * The view's table, on which the caller holds RowExclusiveLock, for changes by the command that begins now: an AFTER trigger query
 * level must be open until after close_target, and the caller counts the command up after that. 0A000 where the table
 * has BEFORE ROW triggers, which could change what is written.
 */
Target *open_target(TargetKeeper *keeper, Relation rel, const Shape &shape, bool feeds_views);

/*
 * Queues statement-level AFTER triggers for the kinds of change that happened, closes the indexes, keeps the table's
 * lock, and gives the target back, or frees it.
 */
void close_target(Target *target);

/* Does writing a row run nothing but the server's own code? */
inline bool
is_plain(const Target *target)
{
	return target->keeper != nullptr;
}

void insert_row(Target *target, TupleTableSlot *slot);
/* Several at once: page by page, then their index entries. */
void insert_rows(Target *target, TupleTableSlot **slots, int n);
/* tid must be a row that this transaction may see as the latest; raises 40001 where it was changed beside us. */
void update_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot, TupleTableSlot *slot);
void delete_row(Target *target, ItemPointer tid, TupleTableSlot *old_slot);
/*
 * At SERIALIZABLE (see note_written): a row that another one makes for the group depends on us. The index by which both
 * find the group's place tells that, unless we found the row by another one.
 */
void note_group_gone(Target *target);

/*
 * Rows of the view on their way out (sign -1) or in (sign +1).
 *
 * A row that leaves may come with its tid (read from the table itself), or without (computed: then it is
 * located by key or by content, and a row that is not there is an error XX000 that names the view).
 */
struct Difference;
Difference *begin_difference(Target *target, const Shape &shape, Hasher *hasher);
void add_row(Difference *difference, int sign, TupleTableSlot *slot, ItemPointer tid);
/*
 * Nets, pairs and writes, in that order, and frees the difference. The hash column of rows that enter is filled in here. Where the table has unique constraints of the
 * user's, all deletions come before the rest, so that a value may move from one row to another; the order of
 * locks is then only within each half, and a deadlock is possible, as between any two statements that delete and
 * insert.
 */
void apply_difference(Difference *difference);

/*
 * Finds the view row whose key columns equal those of `slot` through the key index, in the latest state, waiting
 * for a row in doubt; locks it when `lock` is set. Fills target->found; false if there is none. Rows written by the
 * running command are not to be looked for again.
 */
bool find_row(Target *target, const Shape &shape, Hasher *hasher, TupleTableSlot *slot, bool lock);

/*
 * Inserts a row whose key may be inserted by another transaction at the same time: false, and nothing is done,
 * if the key exists by now (look again then).
 */
bool insert_row_unless_exists(Target *target, TupleTableSlot *slot);

} // namespace dv::engine
