#pragma once

/*
 * Between the two halves of completing orders: queries and aggregates, windows.
 */
#include "analyze/internal.hpp"

namespace dv::analyze {

/* What becomes of the window of a function whose result depends on the order of its rows. */
enum class Rows : char {
	open,      /* it does not, or there is no way to say it: peers share their frame */
	ordered,   /* order completed */
	frameless, /* the same; the function looks at no frame */
	whole,     /* the same; the frame is the whole partition, whatever the order */
	peers,     /* the same; the frame is the row's peers */
};

struct CompletedWindow
{
	Index from;
	Index to;
	Rows rows;
};

struct Completion
{
	Query *query;
	pg::Vec<CompletedWindow> windows;
};

/* Expressions that order the rows of FROM completely. */
List *row_order(Query *query, Node *from);
/* The expression; its text where its type has no order. */
Node *sortable(Node *expr);
/* Adds expr to an order over entries of target_list, as a hidden entry unless it is there. */
void add_to_order(List **order, List **target_list, Node *expr);

void complete_window(Completion *completion, WindowFunc *func);
void drop_unused_windows(Query *query);

} // namespace dv::analyze
