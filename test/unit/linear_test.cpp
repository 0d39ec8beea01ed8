/* The delta of a join: new - old = the sum of its terms, multiplicities included. */
#include "core/linear.hpp"
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

namespace dv::test {
namespace {

/* SELECT r0.x AS x FROM __dv_slot_0 r0, __dv_slot_1 r1, ... of the occurrences since the last branch */
std::string
body_over(int n, int first = 0)
{
	std::string body = " " + alias(first) + ".x AS x FROM ";
	for (int i = first; i < first + n; i++)
		body += (i > first ? ", " : "") + ("__dv_slot_" + std::to_string(i)) + " " + alias(i);
	return body;
}

/* The same, written by hand from the roles of a term. */
std::string
text_of(const View &view, const LinearBlock &block, const Roles &roles)
{
	std::string sign;
	std::string from;
	for (int i : block.occurrences)
	{
		Role role = roles[static_cast<size_t>(i)];
		from += (from.empty() ? "" : ", ") + source(view, i, role) + " r" + std::to_string(i);
		if (role != Role::current)
			sign += (sign.empty() ? "r" : " * r") + std::to_string(i) + ".__dv_sign";
	}
	return "SELECT " + sign + " AS __dv_sign,  " + alias(block.occurrences[0]) + ".x AS x FROM " + from;
}

TEST(Linear, OneChangedTableGivesOneTerm)
{
	Program p;
	int a = p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	(void) p.reads(a);
	(void) p.reads(b);
	p.block(" r0.x AS x FROM __dv_slot_0 r0, __dv_slot_1 r1 WHERE (r0.x = r1.x)");

	EXPECT_EQ(
		linear_terms(p.view, only(p.view, a)),
		(std::vector<std::string>{
			"SELECT r0.__dv_sign AS __dv_sign,  r0.x AS x FROM __dv_delta_0 r0, public.b r1 WHERE (r0.x = r1.x)"}));
	EXPECT_EQ(
		linear_terms(p.view, only(p.view, b)),
		(std::vector<std::string>{
			"SELECT r1.__dv_sign AS __dv_sign,  r0.x AS x FROM public.a r0, __dv_delta_1 r1 WHERE (r0.x = r1.x)"}));
}

TEST(Linear, NothingChangedGivesNoTerm)
{
	Program p;
	(void) p.reads(p.table("public.a", {"x"}));
	p.block(body_over(1));
	EXPECT_TRUE(linear_terms(p.view, Changed{false}).empty());
	EXPECT_TRUE(linear_traces(p.view, Changed{false}).empty());
}

TEST(Linear, LaterOccurrencesAreReadAsTheyWere)
{
	Program p;
	int a = p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	for (int table : {a, b, a})
		(void) p.reads(table);
	p.block(body_over(3));
	const LinearBlock &block = p.view.blocks[0];

	const Role current = Role::current, delta = Role::delta, before = Role::before;
	EXPECT_EQ(term_roles(p.view, block, only(p.view, a)),
			  (std::vector<Roles>{{delta, current, before}, {current, current, delta}}));
	EXPECT_EQ(term_roles(p.view, block, Changed{true, true}),
			  (std::vector<Roles>{{delta, before, before}, {current, delta, before}, {current, current, delta}}));
	EXPECT_EQ(trace_roles(p.view, block, Changed{true, true}),
			  (std::vector<Roles>{{delta, before, before}, {before, delta, before}, {before, before, delta}}));
}

TEST(Linear, BranchesHaveTheirOwnTermsAndOccurrences)
{
	Program p;
	int a = p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	for (int table : {a, b})
		(void) p.reads(table);
	p.block(body_over(2));
	(void) p.reads(a);
	p.block(body_over(1, 2));

	EXPECT_EQ(
		linear_terms(p.view, only(p.view, a)),
		(std::vector<std::string>{"SELECT r0.__dv_sign AS __dv_sign,  r0.x AS x FROM __dv_delta_0 r0, public.b r1",
								  "SELECT r2.__dv_sign AS __dv_sign,  r2.x AS x FROM __dv_delta_0 r2"}));
	EXPECT_EQ(
		linear_terms(p.view, only(p.view, b)),
		(std::vector<std::string>{"SELECT r1.__dv_sign AS __dv_sign,  r0.x AS x FROM public.a r0, __dv_delta_1 r1"}));
	EXPECT_EQ(linear_traces(p.view, only(p.view, a)),
			  (std::vector<std::string>{"SELECT DISTINCT  r0.x AS x FROM __dv_delta_0 r0, public.b r1",
										"SELECT DISTINCT  r2.x AS x FROM __dv_delta_0 r2"}));
	/* the other branch is no part of this one's product */
	const Role current = Role::current, delta = Role::delta;
	EXPECT_EQ(term_roles(p.view, p.view.blocks[0], only(p.view, a)), (std::vector<Roles>{{delta, current, current}}));
}

/*
 * Random unions of up to three joins of up to four readings of up to three
 * tables, so self-joins and self-unions too; any of the tables changed;
 * duplicates; rows that came and went.
 */
TEST(Linear, TermsAddUpToTheDifference)
{
	Random random(2);
	for (int round = 0; round < 3000; round++)
	{
		Program p;
		int ntables = 1 + pick(random, 3);
		Changed changed;
		std::vector<History> histories;
		for (int t = 0; t < ntables; t++)
		{
			static const char *const names[] = {"public.a", "public.b", "public.c"};
			(void) p.table(names[t], {"x", "y"});
			changed.push_back(pick(random, 2) == 0);
			histories.push_back(random_history(random, 2, 3, changed.back()));
		}
		auto history_of = [&](int i) -> const History & {
			return histories[static_cast<size_t>(p.view.occurrences[i].table)];
		};

		Rows whole;  /* new - old */
		Rows sum;    /* of the terms */
		Rows traced; /* first columns */
		std::vector<std::string> expected;
		for (int branches = 1 + pick(random, 3); branches > 0; branches--)
		{
			int first = p.view.occurrences.n;
			int n = 1 + pick(random, branches == 1 ? 4 : 2);
			for (int i = 0; i < n; i++)
				(void) p.reads(pick(random, ntables));
			p.block(body_over(n, first));
			const LinearBlock &block = p.view.blocks[p.view.blocks.n - 1];

			/* Equalities between any two columns, and a filter on one. */
			std::vector<std::pair<size_t, size_t>> equal;
			for (int i = 1; i < n; i++)
				equal.emplace_back(pick(random, 2 * i), 2 * i + pick(random, 2));
			size_t filtered = static_cast<size_t>(pick(random, 2 * n));
			auto keep = [&](const Row &row) {
				for (auto [a, b] : equal)
					if (row[a] != row[b])
						return false;
				return row[filtered] != 2;
			};
			/* Branches of any width are one relation: their rows' first columns. */
			auto product = [&](const std::function<Rows(int)> &part) {
				std::vector<Rows> parts;
				for (int i : block.occurrences)
					parts.push_back(part(i));
				Rows rows = join(parts, keep);
				for (Signed &one : rows)
					one.row.resize(1);
				return rows;
			};
			whole = std::move(whole) + product([&](int i) { return history_of(i).new_rows; }) +
					-product([&](int i) { return history_of(i).old_rows; });
			for (const Roles &roles : term_roles(p.view, block, changed))
			{
				expected.push_back(text_of(p.view, block, roles));
				sum = std::move(sum) + product([&](int i) { return history_of(i).as(roles[static_cast<size_t>(i)]); });
			}
			for (const Roles &roles : trace_roles(p.view, block, changed))
				traced =
					std::move(traced) + product([&](int i) { return history_of(i).as(roles[static_cast<size_t>(i)]); });
		}
		ASSERT_EQ(linear_terms(p.view, changed), expected) << "round " << round;
		Multiset difference = net(whole);
		ASSERT_EQ(net(sum), difference) << "round " << round;

		/* Every row that differs has its key among the traces. */
		for (Signed &one : traced)
			one.sign = 1;
		Multiset keys = net(traced);
		for (const auto &[row, count] : difference)
			ASSERT_EQ(keys.count(row), 1U) << "round " << round;
	}
}

TEST(Linear, WhatOnlyLooksLikeASlotStays)
{
	Program p;
	(void) p.reads(p.table("public.a", {"x"}));
	p.block(" '__dv_slot_0 r0' AS a, 'it''s __dv_slot_0 r0' AS \"__dv_slot_0 r0\", r0.__dv_slot_0 AS b, "
			"E'\\\\__dv_slot_0 r0' AS c, '\"' AS d FROM __dv_slot_0 r0 WHERE (r0.x <> '__dv_slot_1 r1'::text)");
	EXPECT_EQ(linear_terms(p.view, Changed{true})[0],
			  "SELECT r0.__dv_sign AS __dv_sign,  '__dv_slot_0 r0' AS a, 'it''s __dv_slot_0 r0' AS \"__dv_slot_0 r0\", "
			  "r0.__dv_slot_0 AS b, E'\\\\__dv_slot_0 r0' AS c, '\"' AS d FROM __dv_delta_0 r0 "
			  "WHERE (r0.x <> '__dv_slot_1 r1'::text)");
}

TEST(Linear, TenSlotsAndMoreAreToldApart)
{
	Program p;
	int a = p.table("public.a", {"x"});
	int b = p.table("public.b", {"x"});
	for (int i = 0; i < 12; i++)
		(void) p.reads(i == 11 ? b : a);
	p.block(body_over(12));
	std::string term = linear_terms(p.view, only(p.view, b))[0];
	EXPECT_NE(term.find("public.a r10, __dv_delta_1 r11"), std::string::npos) << term;
	EXPECT_EQ(term.find("__dv_slot_"), std::string::npos) << term;
}

} // namespace
} // namespace dv::test
