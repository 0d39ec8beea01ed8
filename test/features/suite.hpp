#pragma once

/* What the text files of this folder say: the tables with the values that their columns take, and the views. */
#include <string>
#include <vector>

namespace features {

struct Column
{
	std::string name;
	std::string type;
	std::vector<std::string> values; /* literals */
	bool comparable;                 /* by the operators =, <, > */
};

struct Table
{
	std::string name;
	std::vector<Column> columns;
	std::vector<std::string> key;

	bool is_key(const Column &column) const;
};

struct Feature
{
	std::string name;
	std::string query;
	bool open = false;    /* more than one result is right: only the stored query tells which */
	bool inexact = false; /* floats, whose last digits depend on the order of rows */
	std::string needs;    /* what not every server has */
	std::string refused;  /* the SQLSTATE, where docs/limits.md says so */
};

/* The views of one file. */
struct Area
{
	std::string name;
	std::vector<Feature> features;
};

struct Suite
{
	std::vector<std::string> setup;
	std::vector<Table> tables;
	std::vector<Area> areas;
};

Suite read_suite(const std::string &folder);

} // namespace features
