#pragma once

#include "model.hpp"
#include "random.hpp"

namespace fuzz {

struct Schema
{
	std::vector<Relation> tables;
	std::vector<std::string> setup;
	long next_key = 1;
};

/* A schema "fuzz" of four to six small tables, with and without keys, NULLs and duplicates likely. */
Schema make_schema(Random &random);

/* A literal of the column's type out of a small domain. */
std::string literal(Random &random, const Column &column);

/* One row for an INSERT: "(1, NULL, 'u')"; keys are mostly new ones. */
std::string row(Random &random, Schema &schema, const Relation &table);

/* The same as a line of COPY text. */
std::string copy_line(Random &random, Schema &schema, const Relation &table);

} // namespace fuzz
