#include "catalog/user_query.hpp"

#include "analyze/analysis.hpp"

namespace dv::catalog {

namespace {

/* A position is one in the text of the query, not in the statement that called us. */
void
transpose_position(void *text)
{
	int position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	internalerrposition(position);
	internalerrquery(static_cast<const char *>(text));
}

} // namespace

Query *
parse_user_query(const char *text)
{
	ErrorContextCallback callback;

	callback.callback = transpose_position;
	callback.arg = const_cast<char *>(text);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	Query *query = analyze::complete_orders(analyze::parse(text));
	error_context_stack = callback.previous;
	return query;
}

} // namespace dv::catalog
