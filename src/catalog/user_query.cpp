#include "catalog/user_query.hpp"

#include "analyze/analysis.hpp"
#include "pg/position.hpp"

namespace dv::catalog {

Query *
parse_user_query(const char *text)
{
	pg::TextPosition in_text;

	pg::begin_text(&in_text, text);
	Query *query = analyze::complete_orders(analyze::parse(text));
	pg::end_text(&in_text);
	return query;
}

} // namespace dv::catalog
