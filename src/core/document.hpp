#pragma once

#include "core/ir.hpp"

#include <string>

namespace dv::core {

/* A column as a member of an object. */
struct Member
{
	Text key;    /* a string literal */
	Text column; /* quoted */
};

/* A row, or the rows, of one table at a place in a document; the first part is the root. */
struct DocumentPart
{
	int parent;     /* the part in which it is embedded, before this one; -1: the root */
	Text key;       /* its name there, a string literal */
	bool array;     /* of all rows that match; else the first of them, or null */
	Text table;     /* qualified */
	Text alias;     /* another one for each part */
	bool whole_row; /* all columns, by their own names; else the members */
	Slice<Member> members;
	Text condition; /* over the aliases of this part and its parent; empty: none */
	Text order;     /* over the alias; not empty, unless for the root */
};

/* A column of the result that is one of the root's. */
struct KeyOutput
{
	Text column; /* quoted, as the name is */
	Text name;
};

/* One row per row of the root: its key, and the document that holds everything. */
std::string document_query(Slice<DocumentPart> parts, Slice<KeyOutput> key);

} // namespace dv::core
