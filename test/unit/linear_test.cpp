/* The delta of a join: new - old = the sum of its terms, multiplicities included. */
#include "core/linear.hpp"
#include "multiset.hpp"
#include "program.hpp"

#include <gtest/gtest.h>

namespace dv::test {
namespace {

/* SELECT r0.x AS x FROM __dv_slot_0 r0, __dv_slot_1 r1, ... */
std::string
body_over(int n)
{
	std::string body = " r0.x AS x FROM ";
	for (int i = 0; i < n; i++)
		body += (i > 0 ? ", " : "") + ("__dv_slot_" + std::to_string(i)) + " " + alias(i);
	return body;
}

/* The same, written by hand from the roles of a term. */
std::string
text_of(const View &view, const Roles &roles)
{
	std::string sign;
	std::string from;
	for (int i = 0; i < view.occurrences.n; i++)
	{
		Role role = roles[static_cast<size_t>(i)];
		from += (i > 0 ? ", " : "") + source(view, i, role) + " r" + std::to_string(i);
		if (role != Role::current)
			sign += (sign.empty() ? "r" : " * r") + std::to_string(i) + ".__dv_sign";
	}
	return "SELECT " + sign + " AS __dv_sign,  r0.x AS x FROM " + from;
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

	const Role current = Role::current, delta = Role::delta, before = Role::before;
	EXPECT_EQ(term_roles(p.view, only(p.view, a)),
			  (std::vector<Roles>{{delta, current, before}, {current, current, delta}}));
	EXPECT_EQ(term_roles(p.view, Changed{true, true}),
			  (std::vector<Roles>{{delta, before, before}, {current, delta, before}, {current, current, delta}}));
	EXPECT_EQ(trace_roles(p.view, Changed{true, true}),
			  (std::vector<Roles>{{delta, before, before}, {before, delta, before}, {before, before, delta}}));
}

/*
 * Random joins of up to four readings of up to three tables, so self-joins
 * too; any of the tables changed; duplicates; rows that came and went.
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
		int n = 1 + pick(random, 4);
		for (int i = 0; i < n; i++)
			(void) p.reads(pick(random, ntables));
		p.block(body_over(n));

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
		auto history_of = [&](int i) -> const History & {
			return histories[static_cast<size_t>(p.view.occurrences[i].table)];
		};

		std::vector<Rows> olds;
		std::vector<Rows> news;
		for (int i = 0; i < n; i++)
		{
			olds.push_back(history_of(i).old_rows);
			news.push_back(history_of(i).new_rows);
		}
		Multiset difference = net(join(news, keep) + -join(olds, keep));

		Rows sum;
		std::vector<Roles> terms = term_roles(p.view, changed);
		std::vector<std::string> texts = linear_terms(p.view, changed);
		ASSERT_EQ(terms.size(), texts.size());
		for (size_t t = 0; t < terms.size(); t++)
		{
			EXPECT_EQ(texts[t], text_of(p.view, terms[t]));
			std::vector<Rows> parts;
			for (int i = 0; i < n; i++)
				parts.push_back(history_of(i).as(terms[t][static_cast<size_t>(i)]));
			sum = std::move(sum) + join(parts, keep);
		}
		ASSERT_EQ(net(sum), difference) << "round " << round;

		/* Every row that differs has its key among the traces. */
		Multiset traced;
		for (const Roles &roles : trace_roles(p.view, changed))
		{
			std::vector<Rows> parts;
			for (int i = 0; i < n; i++)
				parts.push_back(history_of(i).as(roles[static_cast<size_t>(i)]));
			for (const Signed &one : join(parts, keep))
				traced[{one.row[0]}] = 1;
		}
		for (const auto &[row, count] : difference)
			ASSERT_EQ(traced.count({row[0]}), 1U) << "round " << round;
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
