#pragma once

#include "model.hpp"
#include "random.hpp"

namespace fuzz {

/* A column or expression that a clause may use. */
struct Ref
{
	std::string text;
	Type type;
};

/* The FROM clause of a block, and what it offers. */
struct Scope
{
	std::string from;
	std::vector<std::string> where;
	std::vector<Ref> refs;
	std::vector<const Relation *> relations; /* by alias number */
	bool exact = true;
};

/* A SELECT list under construction. */
struct List
{
	std::string text;
	std::vector<Column> columns;
	std::vector<std::string> expressions;

	void add(const std::string &expression, Type type)
	{
		std::string name = "c" + std::to_string(columns.size() + 1);
		text += (text.empty() ? "" : ", ") + expression + " AS " + name;
		columns.push_back({name, type});
		expressions.push_back(expression);
	}
};

/* Makes random queries of the supported shapes over the relations given. */
class ViewMaker
{
public:
	ViewMaker(Random &random, std::vector<const Relation *> sources);
	/* Half of the views are of the shape `favourite`, where one is named. */
	View make(const std::string &name, const std::string &favourite);

private:
	using Shape = void (ViewMaker::*)();

	/* pieces: views.cpp */
	const Relation &source();
	std::string alias(Scope &scope, const Relation &relation);
	Scope inner(int count);
	Scope outer(int count);
	const Ref *choose(const Scope &scope, bool (*fits)(Type));
	std::string whole(const Scope &scope);  /* an int or bigint expression, NULL::int if there is none */
	std::string number(const Scope &scope); /* the same or a numeric */
	std::string literal_like(Type type);
	std::string predicate(const Scope &scope, int depth = 0);
	std::string filter(const Scope &scope, int percent); /* the whole WHERE clause, or nothing */
	std::string join_condition(const Scope &left, const Scope &right, bool equality_only);
	void project(List &list, const Scope &scope, int count);
	void keys(List &list, const Scope &scope);
	/* `additive`: only of the kinds that can be folded into a group without looking at its other rows, and extremes */
	void aggregate(List &list, const Scope &scope, bool additive = false);
	Ref group(const Scope &scope);
	std::string ordered(const List &list);

	/* shapes of one block: views.cpp */
	void linear();
	void aggregates();
	void outer_join();
	void lists();
	void windows();
	void distinct();
	void limited();
	void grouping_sets();
	/* shapes with subqueries: nested.cpp */
	void exists();
	void scalar_subquery();
	void document();
	void set_operation();
	void cte();
	void derived();
	void lateral();
	std::string correlated(const Scope &outside, Scope &inside);

	Random &random_;
	std::vector<const Relation *> sources_;
	int next_alias_ = 0;
	View view_;
};

} // namespace fuzz
