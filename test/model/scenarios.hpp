#pragma once

#include "data.hpp"

namespace model {

using Choices = std::vector<Transaction>;

enum class Expect {
	no_deadlock,
	no_wait,
	deadlock, /* possible: transactions flush more than once */
};

struct Scenario
{
	std::string name;
	Case shared;                  /* but for the writers */
	std::vector<Choices> writers; /* what each of them may do; all combinations are searched */
	Expect expect = Expect::no_deadlock;
};

std::vector<Case> cases(const Scenario &scenario);

std::vector<Scenario> joins();
std::vector<Scenario> documents();
std::vector<Scenario> aggregates();
std::vector<Scenario> all_scenarios();

constexpr Strategy linear = Strategy::linear;
constexpr Strategy aggregate = Strategy::aggregate;
constexpr Strategy block = Strategy::block;
constexpr Strategy document = Strategy::document;
constexpr Strategy not_exists = Strategy::not_exists;

inline Change
insert(int table, Row row)
{
	return {table, {}, row};
}

inline Change
remove(int table, Row row)
{
	return {table, row, {}};
}

inline Change
update(int table, Row before, Row after)
{
	return {table, before, after};
}

inline Change
after_flush(Change change)
{
	change.flush = 1;
	return change;
}

inline Transaction
both(const Transaction &one, const Transaction &other)
{
	Transaction all = one;
	all.changes.insert(all.changes.end(), other.changes.begin(), other.changes.end());
	return all;
}

inline Choices
escalated(Choices choices)
{
	for (Transaction &transaction : choices)
		transaction.extent = Extent::tables;
	return choices;
}

inline Choices
complete(Choices choices)
{
	for (Transaction &transaction : choices)
		transaction.extent = Extent::all;
	return choices;
}

inline Choices
operator+(Choices one, const Choices &other)
{
	one.insert(one.end(), other.begin(), other.end());
	return one;
}

inline Transaction
does(std::vector<Change> changes)
{
	return {std::move(changes), Extent::keys};
}

} // namespace model
