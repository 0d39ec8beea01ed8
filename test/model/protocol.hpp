#pragma once

#include "expand.hpp"

#include <cstdint>

namespace model {

/* What the next step of a writer is. */
enum class Phase : char { expand, lock, check, late, key, compute, apply, recompute, commit, release, done };

/* What is to be done to a row of a view. */
struct Entry
{
	int view;
	int key;
	bool additive;
	int add;  /* additive: copies that come less those that leave; else the new value */
	int low;  /* aggregate: the greatest value that leaves */
	int high; /* aggregate: the greatest value that comes */
};

struct Writer
{
	Phase phase = Phase::done;
	int round = 0; /* flush and rank */
	int restarts = 0;
	Extent extent = Extent::keys;
	unsigned snapshot = 0;
	size_t next = 0; /* in the plan, or among the entries */
	std::vector<Lock> plan;
	std::vector<std::pair<int, Lock>> held; /* with the round */
	std::vector<std::pair<int, int>> keys;  /* views and keys */
	std::vector<Entry> entries;
};

struct State
{
	unsigned committed = 0;
	Versions versions;
	std::vector<Writer> writers;

	uint64_t hash() const;
};

class Protocol
{
public:
	Protocol(const Case &which, Rules rules);

	State start() const;
	/* False if the writer has to wait, or is done. What it did is told to `said`. */
	bool step(State &state, int number, std::string *said = nullptr) const;
	/* All views equal their queries, in the eyes of a new snapshot. */
	bool correct(const State &state) const;
	std::string differences(const State &state) const;

private:
	struct Step
	{
		State &state;
		int number;
		Writer &writer;
		std::string *said;
	};

	int flush(const Writer &writer) const { return writer.round / which_.ranks(); }
	bool in_group(int view, const Writer &writer) const;
	Delta delta(const State &state, int number, unsigned committed) const;
	Sight sight(const Step &step, unsigned committed) const;
	void enter(const Step &step, int round) const;
	Needs needs(const Step &step) const;
	std::vector<Lock> order(const Needs &needs, int number) const;
	std::vector<Lock> uncovered(const Needs &needs, const Writer &writer) const;
	bool free(const Step &step, const Lock &lock) const;
	bool acquire(const Step &step) const;
	void begin_anew(const Step &step) const;
	void expand(const Step &step) const;
	void check(const Step &step) const;
	bool late(const Step &step) const;
	void trace(const Step &step) const;
	void compute(const Step &step) const;
	bool apply(const Step &step) const;
	void recompute(const Step &step) const;
	void commit(const Step &step) const;
	void release(const Step &step) const;
	bool row_is_free(const Step &step, const Entry &entry) const;
	bool fold(const Step &step, const Entry &entry) const;
	void write(const Step &step, const Entry &entry, int value) const;

	const Case &which_;
	Rules rules_;
	Data data_;
};

} // namespace model
