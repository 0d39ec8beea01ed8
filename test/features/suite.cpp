#include "suite.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace features {

bool
Table::is_key(const Column &column) const
{
	return std::find(key.begin(), key.end(), column.name) != key.end();
}

namespace {

std::vector<std::string>
lines_of(const std::string &path)
{
	std::ifstream file(path);
	if (!file)
		throw std::runtime_error("cannot read " + path);
	std::vector<std::string> lines;
	for (std::string line; std::getline(file, line);)
		lines.push_back(line);
	return lines;
}

std::string
literal(const std::string &value)
{
	if (value == "NULL")
		return value;
	std::string out = "'";
	for (char c : value)
		out += c == '\'' ? std::string("''") : std::string(1, c);
	return out + "'";
}

/* "1..9" or "a | b | NULL", after which NULL may also follow a range. */
std::vector<std::string>
values_of(const std::string &text)
{
	std::vector<std::string> values;
	for (size_t from = 0; from <= text.size();)
	{
		size_t to = std::min(text.find(" | ", from), text.size());
		std::string value = text.substr(from, to - from);
		std::smatch range;
		if (std::regex_match(value, range, std::regex("(-?\\d+)\\.\\.(\\d+)")))
			for (int i = std::stoi(range[1]); i <= std::stoi(range[2]); i++)
				values.push_back(std::to_string(i));
		else
			values.push_back(literal(value));
		from = to + 3;
	}
	return values;
}

bool
is_comparable(const std::string &type)
{
	static const std::set<std::string> types = {"int", "bigint", "smallint", "text", "date", "bool", "timestamp"};
	return types.count(type) > 0 || type.rfind("numeric", 0) == 0;
}

void
read_column(Table &table, const std::string &line)
{
	std::smatch parts;
	if (std::regex_search(line, parts, std::regex("^\tPRIMARY KEY \\((\\w+), (\\w+)\\)")))
	{
		table.key = {parts[1], parts[2]};
		return;
	}
	if (!std::regex_match(line, parts, std::regex("^\t(\\w+) (.*?)( PRIMARY KEY)?( NOT NULL)?,? -- (.*)$")))
		throw std::runtime_error("table " + table.name + ": a column needs a comment with its values: " + line);
	if (parts[3].matched)
		table.key = {parts[1]};
	table.columns.push_back({parts[1], parts[2], values_of(parts[5]), is_comparable(parts[2])});
}

void
read_tables(Suite &suite, const std::string &path)
{
	std::string statement;
	bool in_table = false;
	for (const std::string &line : lines_of(path))
	{
		std::smatch parts;
		if (statement.empty() && (line.empty() || line.rfind("--", 0) == 0))
			continue;
		if (std::regex_match(line, parts, std::regex("^CREATE TABLE (\\w+) \\($")))
		{
			in_table = true;
			suite.tables.push_back({parts[1], {}, {}});
		}
		else if (in_table && line != ");")
			read_column(suite.tables.back(), line);
		statement += line.substr(0, in_table ? line.find(" -- ") : std::string::npos) + "\n";
		if (line.empty() || line.back() != ';')
			continue;
		statement.resize(statement.rfind(';'));
		suite.setup.push_back(statement);
		statement.clear();
		in_table = false;
	}
}

void
read_attribute(Feature &feature, const std::string &attribute)
{
	if (attribute == "open")
		feature.open = true;
	else if (attribute == "inexact")
		feature.inexact = true;
	else if (attribute.rfind("needs ", 0) == 0)
		feature.needs = attribute.substr(6);
	else if (attribute.rfind("refused ", 0) == 0)
		feature.refused = attribute.substr(8);
	else
		throw std::runtime_error("view " + feature.name + ": no such attribute: " + attribute);
}

Area
read_views(const std::filesystem::path &path)
{
	Area area{path.stem().string(), {}};
	bool complete = true;
	for (const std::string &line : lines_of(path.string()))
	{
		std::smatch parts;
		if (complete && std::regex_match(line, parts, std::regex("^-- (\\w+)(?: \\[(.*)\\])?$")))
		{
			area.features.push_back({parts[1], "", false, false, "", ""});
			std::istringstream attributes(parts[2]);
			for (std::string attribute; std::getline(attributes, attribute, ',');)
				read_attribute(area.features.back(), attribute.substr(attribute.find_first_not_of(' ')));
			complete = false;
		}
		else if (!complete)
		{
			complete = !line.empty() && line.back() == ';';
			std::string &query = area.features.back().query;
			query += (query.empty() ? "" : "\n") + line.substr(0, line.size() - (complete ? 1 : 0));
		}
		else if (!line.empty() && line.rfind("--", 0) != 0)
			throw std::runtime_error(area.name + ": a query without \"-- name\" before it: " + line);
	}
	return area;
}

} // namespace

Suite
read_suite(const std::string &folder)
{
	Suite suite;
	read_tables(suite, folder + "/tables.sql");
	std::vector<std::filesystem::path> files;
	for (const auto &entry : std::filesystem::directory_iterator(folder + "/views"))
		if (entry.path().extension() == ".sql")
			files.push_back(entry.path());
	std::sort(files.begin(), files.end());
	std::set<std::string> names;
	for (const auto &file : files)
	{
		suite.areas.push_back(read_views(file));
		for (const Feature &feature : suite.areas.back().features)
			if (!names.insert(feature.name).second)
				throw std::runtime_error("two views are named " + feature.name);
	}
	return suite;
}

} // namespace features
