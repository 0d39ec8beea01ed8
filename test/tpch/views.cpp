#include "views.hpp"

#include "load.hpp"

#include <cstdio>

namespace tpch {

namespace {

void
fill_in(std::string &query, const std::string &name, const std::string &value)
{
	for (size_t at; (at = query.find(name)) != std::string::npos;)
		query.replace(at, name.size(), value);
}

std::string
listed(const Answer &answer)
{
	std::string text;
	for (int row = 0; row < answer.rows(); row++)
		text += "\n  " + answer.text(row, 0) + " | " + answer.text(row, 1);
	return text;
}

} // namespace

std::vector<View>
read_views(const std::string &directory, double scale)
{
	std::vector<View> views;
	char fraction[32];
	std::snprintf(fraction, sizeof fraction, "%.10f", scale < 0.1 ? 0.002 : 0.0001 / scale);
	for (int number = 1; number <= query_count; number++)
	{
		View view;
		view.number = number;
		view.name = (number < 10 ? "q0" : "q") + std::to_string(number);
		std::string text = read_file(directory + "/queries/" + view.name + ".sql");
		/* without the title */
		view.query = text.substr(text.find('\n') + 1);
		view.query.erase(view.query.find_last_not_of("; \n") + 1);
		fill_in(view.query, ":fraction", fraction);
		/* of 1.5 million orders about sixty have more than 300 */
		fill_in(view.query, ":quantity", scale < 0.1 ? "250" : "300");
		views.push_back(view);
	}
	return views;
}

void
make_view(Connection &connection, View &view)
{
	connection.run("SELECT deltaview.create_view('" + view.name + "', $query$" + view.query + "$query$)");
	Answer tables = connection.run("SELECT c.relname FROM deltaview.view_tables t JOIN pg_class c ON c.oid = "
								   "t.base_table WHERE t.view = '" +
								   view.name + "'::regclass");
	for (int row = 0; row < tables.rows(); row++)
		view.tables.insert(tables.text(row, 0));
	view.digest = connection
					  .run("SELECT format('(SELECT md5(string_agg(d, chr(10) ORDER BY d)) FROM (SELECT ROW(%s)::text "
						   "FROM %I) r (d))', string_agg(quote_ident(attname), ', ' ORDER BY attnum), '" +
						   view.name + "') FROM pg_attribute WHERE attrelid = '" + view.name +
						   "'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_\\_dv\\_%'")
					  .text(0, 0);
	view.content = connection.run("SELECT " + view.digest).text(0, 0);
}

std::string
strategy(Connection &connection, const View &view, const std::string &table)
{
	Answer answer = connection.run("SELECT strategy FROM deltaview.view_tables WHERE view = '" + view.name +
								   "'::regclass AND base_table = '" + table + "'::regclass");
	return answer.rows() == 0 ? "" : answer.text(0, 0);
}

std::string
differences(Connection &connection, const View &view)
{
	Answer answer = connection.run("SELECT copies, content FROM deltaview.verify('" + view.name + "') LIMIT 8");
	return answer.rows() == 0 ? "" : "copies in " + view.name + " minus copies in its query:" + listed(answer);
}

std::string
own_differences(Connection &connection, const View &view)
{
	/* the stored query completes the order of equal rows, where a limit cuts */
	std::string columns =
		connection
			.run("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a "
				 "WHERE attrelid = '" +
				 view.name + "'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_\\_dv\\_%'")
			.text(0, 0);
	std::string stored =
		connection.run("SELECT rtrim(query, ';') FROM deltaview.views WHERE name = '" + view.name + "'::regclass")
			.text(0, 0);
	std::string table = "SELECT " + columns + " FROM " + view.name;
	std::string query = "SELECT " + columns + " FROM (" + stored + ") q";
	Answer answer =
		connection.run("SELECT 1, d::text FROM (" + table + " EXCEPT ALL " + query +
					   ") d UNION ALL SELECT -1, d::text FROM (" + query + " EXCEPT ALL " + table + ") d LIMIT 8");
	return answer.rows() == 0 ? "" : "1: only in " + view.name + ", -1: only in its query:" + listed(answer);
}

std::vector<bool>
look(Connection &connection, std::vector<View> &views)
{
	std::string sql;
	for (const View &view : views)
		sql += (sql.empty() ? "SELECT " : ", ") + view.digest;
	Answer answer = connection.run(sql);
	std::vector<bool> changed;
	for (size_t i = 0; i < views.size(); i++)
	{
		std::string content = answer.text(0, static_cast<int>(i));
		changed.push_back(content != views[i].content);
		views[i].content = content;
	}
	return changed;
}

} // namespace tpch
