#include "scenarios.hpp"

namespace model {

namespace {

enum { orders, items, customers, products };

/* The order's document: its items with their product, and its customer; an item has the key in a column of its own. */
Case
order_document()
{
	Case shared;
	shared.tables = {{"orders", {"id", "customer"}, {{1, 1}, {2, 2}}},
					 {"items", {"id", "order", "product"}, {{1, 1, 1}, {2, 1, 2}}},
					 {"customers", {"id", "name"}, {{1, 1}, {2, 1}}},
					 {"products", {"id", "price"}, {{1, 1}, {2, 1}}}};
	shared.views = {{"document",
					 1,
					 document,
					 {orders, items, customers, products},
					 {{{orders, 0}, {items, 1}}, {{orders, 1}, {customers, 0}}, {{items, 2}, {products, 0}}},
					 {{orders, 0}, {items, 1}}}};
	return shared;
}

const Choices order_changes{does({insert(orders, {3, 1})}), does({remove(orders, {1, 1})}),
							does({update(orders, {1, 1}, {1, 2})}),
							does({insert(orders, {3, 2}), insert(items, {3, 3, 1})})};
const Choices item_changes{does({insert(items, {4, 1, 1})}), does({insert(items, {4, 3, 2})}),
						   does({remove(items, {1, 1, 1})}), does({update(items, {1, 1, 1}, {1, 2, 1})}),
						   does({update(items, {1, 1, 1}, {1, 1, 2})})};
const Choices part_changes{does({update(customers, {1, 1}, {1, 2})}), does({update(customers, {2, 1}, {2, 2})}),
						   does({update(products, {1, 1}, {1, 2})}), does({remove(products, {2, 1})})};
const Choices more_items{does({insert(items, {5, 1, 2})}), does({remove(items, {2, 1, 2})}),
						 does({update(items, {2, 1, 2}, {2, 2, 1})})};

/* The document beside a join and a group of the same tables, all of one rank. */
Case
three_views()
{
	Case shared = order_document();
	shared.views.push_back({"names", 1, linear, {orders, customers}, {{{0, 1}, {1, 0}}}, {{0, 0}, {1, 1}}});
	shared.views.push_back({"totals", 1, aggregate, {items}, {}, {{0, 1}}, {0, 2}});
	return shared;
}

/* Four tables in a row, the key at one end: late tags lead to later ones. */
Case
long_chain(Strategy strategy)
{
	Case shared;
	shared.tables = {{"a", {"id", "x"}, {{1, 1}}},
					 {"b", {"id", "x", "y"}, {{1, 1, 1}}},
					 {"c", {"id", "y", "z"}, {{1, 1, 2}}},
					 {"d", {"id", "z"}, {{1, 1}}}};
	shared.views = {
		{"v", 1, strategy, {0, 1, 2, 3}, {{{0, 1}, {1, 1}}, {{1, 2}, {2, 1}}, {{2, 2}, {3, 1}}}, {{0, 0}}, {3, 0}}};
	if (strategy == linear)
		shared.views[0].key = {{0, 0}, {1, 0}, {2, 0}, {3, 0}};
	return shared;
}

const Choices chain_ends{does({insert(0, {2, 2})}), does({insert(0, {2, 1})}), does({remove(0, {1, 1})})};
const Choices chain_middle{does({insert(1, {2, 2, 1}), insert(2, {2, 1, 1})}), does({insert(2, {2, 1, 1})}),
						   does({update(1, {1, 1, 1}, {1, 2, 1})}), does({update(2, {1, 1, 2}, {1, 1, 1})})};
const Choices chain_far{does({insert(3, {2, 1})}), does({insert(3, {2, 2})}), does({remove(3, {1, 1})}),
						does({update(3, {1, 1}, {1, 2})})};

} // namespace

std::vector<Scenario>
documents()
{
	Case shared = order_document();
	Case views = three_views();
	return {
		{"document", shared, {order_changes, item_changes, part_changes}},
		{"document, two items at once", shared, {item_changes, more_items, part_changes}},
		{"document, escalated",
		 shared,
		 {escalated(part_changes) + escalated(order_changes), item_changes, escalated(more_items)}},
		{"document, other keys",
		 shared,
		 {{item_changes[0]}, {does({insert(items, {5, 2, 1})})}, {order_changes[0]}},
		 Expect::no_wait},
		{"three views", views, {order_changes, item_changes, more_items}},
		{"three views, parts change", views, {order_changes, part_changes, more_items}},
		{"three views, escalated", views, {escalated(order_changes), item_changes, part_changes}},
		{"long chain", long_chain(linear), {chain_ends, chain_middle, chain_far}},
		{"long chain of documents", long_chain(document), {chain_ends, chain_middle, chain_far}},
	};
}

} // namespace model
