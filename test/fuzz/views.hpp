#pragma once

#include "model.hpp"
#include "random.hpp"

namespace fuzz {

/* A column or expression that a clause may use. */
struct Ref
{
	std::string text;
	Type type;
	bool visible = true; /* also to subqueries: not so for what a grouped block computes */
};

/* The FROM clause of a block, and what it offers. */
struct Scope
{
	std::string from;
	std::vector<std::string> where;
	std::vector<Ref> refs;
	std::vector<Ref> key; /* of the first relation */
	std::vector<std::string> aliases;
	int relations = 0;
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
		columns.push_back({name, type, true, ""});
		expressions.push_back(expression);
	}
};

/* A query, without parentheses, and its output. */
struct Made
{
	std::string text;
	std::vector<Column> columns;
};

/* Makes random queries over the relations given. */
class ViewMaker
{
public:
	ViewMaker(Random &random, std::vector<const Relation *> sources);
	/* Half of the views are of the shape `favourite`, where one is named. */
	View make(const std::string &name, const std::string &favourite);

private:
	using Shape = void (ViewMaker::*)();

	void mark(const std::string &construct) { view_.constructs.insert(construct); }
	void open_order(const std::string &construct); /* the text leaves it open; the stored query completes it */
	void finish(const Made &made);

	/* sources and joins: joins.cpp */
	const Relation &source();
	const Relation *table(); /* one that is not a view, if there is one */
	std::string alias(Scope &scope, const Relation &relation);
	Scope inner(int count);
	Scope outer(int count);
	Scope tree(int depth);
	Scope item(int depth);
	Scope over(const Made &made, const std::string &before = "");
	Scope cte_item();
	Scope constants();
	Scope set_returning();
	Scope shared_columns();
	Scope joined(Scope left, int depth);
	Scope with_lateral(Scope left, int depth);
	std::string join_condition(const Scope &left, const Scope &right, bool equality_only);

	/* expressions without subqueries: expressions.cpp */
	const Ref *choose(const Scope &scope, bool (*fits)(Type));
	std::string whole(const Scope &scope);  /* an int or bigint expression, NULL::int if there is none */
	std::string number(const Scope &scope); /* the same or a numeric */
	std::string word(const Scope &scope);   /* a text */
	std::string value(const Scope &scope, Type type);
	std::string literal_like(Type type);
	std::string predicate(const Scope &scope, int depth = 0);
	Ref computed(const Scope &scope);
	void project(List &list, const Scope &scope, int count);
	void keys(List &list, const Scope &scope);
	std::string ordered(const List &list);

	/* aggregates.cpp */
	Ref group(const Scope &scope);
	std::string group_by(const std::vector<Ref> &groups);
	/* `additive`: only of the kinds that can be folded into a group without looking at its other rows, and extremes */
	void aggregate(List &list, const Scope &scope, bool additive = false);
	Ref rare_aggregate(const Scope &scope, const std::string &filters);
	Ref list_aggregate(const Scope &scope, const std::string &filters);

	/* windows.cpp */
	std::string frame(const std::string &order, Type type, bool &by_rows);
	Ref window(const Scope &scope, const std::vector<Ref> &parts, bool &open);

	/* conditions and values with subqueries: conditions.cpp */
	std::string filter(const Scope &scope, int percent); /* the whole WHERE clause, or nothing */
	std::string condition(const Scope &scope, int percent);
	std::string subquery_condition(const Scope &scope);
	std::string subquery(const Scope &outside, const std::vector<Type> &types, int tied);
	std::string body(const std::vector<Type> &types, int tied, bool bounded);
	std::string tie(const Scope &inside);
	Ref scalar(const Scope &outside, int tied);
	Ref subquery_value(const Scope &scope);
	std::string correlated(const Scope &outside, Scope &inside);

	/* blocks and what is built of them: blocks.cpp, queries.cpp */
	Made block(const Scope &scope, int depth);
	Made plain_block(const Scope &scope);
	Made grouped_block(const Scope &scope, int depth);
	std::string limit(List &list, const Scope &scope, bool own_columns_only);
	std::string having(const Scope &scope, const Scope &groups);
	Made query(int depth);
	Made set_tree(int depth);
	std::string branch(const std::vector<Type> &types, int depth);
	Made with_cte(int depth);
	Made recursive(int depth);
	Made wrapped(Made made, int depth);

	/* shapes of one block: shapes.cpp */
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
	/* anything in anything: queries.cpp */
	void free();
	void tower();

	Random &random_;
	std::vector<const Relation *> sources_;
	int next_alias_ = 0;
	int budget_ = 0;                    /* subqueries that may still be made */
	std::vector<const Scope *> outers_; /* whose columns a subquery may use, the nearest last */
	std::vector<Relation> ctes_;
	View view_;
};

} // namespace fuzz
