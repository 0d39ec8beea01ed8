#include "document/shape.hpp"

#include "analyze/analysis.hpp"
#include "analyze/expressions.hpp"

namespace dv::document {

namespace {

AttrNumber
column_number(Oid table, const char *name)
{
	AttrNumber column = get_attnum(table, name);

	return column > 0 ? column : InvalidAttrNumber;
}

AttrNumber
need_column(Oid table, const char *name)
{
	AttrNumber column = column_number(table, name);

	if (column == InvalidAttrNumber)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of \"%s\" does not exist", name, get_rel_name(table))));
	return column;
}

struct Pair
{
	const char *left;
	const char *right;
};

/* "a=b" as a, a column of the table, and b; the name of a column may hold "=", too. */
Pair
split(Oid table, const char *text)
{
	const char *first = strchr(text, '=');

	if (first == nullptr || column_number(table, text) != InvalidAttrNumber)
		return {text, text};
	for (const char *equals = first; equals; equals = strchr(equals + 1, '='))
	{
		const char *left = pnstrdup(text, equals - text);

		if (column_number(table, left) != InvalidAttrNumber)
			return {left, pstrdup(equals + 1)};
	}
	return {pnstrdup(text, first - text), pstrdup(first + 1)};
}

bool
has(const Names &names, const char *name)
{
	for (const char *known : names)
	{
		if (strcmp(known, name) == 0)
			return true;
	}
	return false;
}

void
check_equality(Oid parent, AttrNumber left, Oid child, AttrNumber right)
{
	Oid left_type = get_atttype(parent, left);
	Oid right_type = get_atttype(child, right);

	if (analyze::equality_text(left_type, right_type) != nullptr)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of \"%s\" cannot be compared with column \"%s\" of \"%s\"",
					get_attname(parent, left, false), get_rel_name(parent), get_attname(child, right, false),
					get_rel_name(child)),
			 errdetail("There is no equality of %s and %s.", format_type_be(left_type), format_type_be(right_type))));
}

} // namespace

Names
names_of(const char *what, ArrayType *array)
{
	Names names;
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("\"%s\" must not hold nulls", what)));
		names.push(TextDatumGetCString(elements[i]));
	}
	return names;
}

Columns
parse_columns(Oid table, ArrayType *columns)
{
	Columns chosen = {columns == nullptr, {}, {}};

	if (chosen.all)
		return chosen;
	for (const char *text : names_of("columns", columns))
	{
		Pair pair = split(table, text);

		(void) need_column(table, pair.left);
		if (pair.right[0] == '\0')
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("column \"%s\" has no name in the document", pair.left)));
		if (has(chosen.keys, pair.right))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
							errmsg("two columns of \"%s\" are named \"%s\"", get_rel_name(table), pair.right)));
		chosen.columns.push(pair.left);
		chosen.keys.push(pair.right);
	}
	return chosen;
}

void
parse_relation(Oid parent, Oid child, ArrayType *relation, Embed *embed)
{
	for (const char *text : names_of("relation", relation))
	{
		Pair pair = split(parent, text);

		check_equality(parent, need_column(parent, pair.left), child, need_column(child, pair.right));
		embed->parent_columns.push(pair.left);
		embed->child_columns.push(pair.right);
	}
	if (embed->parent_columns.empty())
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"relation\" must name a column"),
						errhint("Each element is \"parent_column=child_column\", or one name for both.")));
}

const char *
last_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

const char *
parent_path(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? pnstrdup(path, dot - path) : nullptr;
}

void
check_path(const char *path)
{
	size_t n = strlen(path);

	if (n == 0 || path[0] == '.' || path[n - 1] == '.' || strstr(path, "..") != nullptr)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid path \"%s\"", path),
						errdetail("A path is one name, or several with a dot between them.")));
}

int
find_embed(const Document &document, const char *path)
{
	for (int i = 0; i < document.embeds.n; i++)
	{
		if (strcmp(document.embeds[i].path, path) == 0)
			return i;
	}
	return -1;
}

Oid
table_at(const Document &document, int embed)
{
	return embed < 0 ? document.root : document.embeds[embed].child;
}

const Columns &
columns_at(const Document &document, int embed)
{
	return embed < 0 ? document.columns : document.embeds[embed].columns;
}

int
parent_of(const Document &document, const Embed &embed)
{
	const char *path = parent_path(embed.path);
	int parent = path ? find_embed(document, path) : -1;

	if (path != nullptr && parent < 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("nothing is embedded at path \"%s\" of document view \"%s\"", path, document.name),
						errhint("Embed that first.")));
	return parent;
}

bool
is_member(Oid table, const Columns &columns, const char *name)
{
	return columns.all ? column_number(table, name) != InvalidAttrNumber : has(columns.keys, name);
}

pg::Vec<AttrNumber>
key_of(Oid table)
{
	pg::Vec<AttrNumber> key;
	char kind = get_rel_relkind(table);
	Oid found = kind == RELKIND_RELATION || kind == RELKIND_MATVIEW || kind == RELKIND_PARTITIONED_TABLE
					? analyze::key_index(table)
					: InvalidOid;

	if (!OidIsValid(found))
		return key;
	Relation index = index_open(found, AccessShareLock);
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		key.push(index->rd_index->indkey.values[i]);
	index_close(index, NoLock);
	for (AttrNumber column : key)
	{
		if (is_hidden_column(get_attname(table, column, false)))
			return {};
	}
	return key;
}

bool
is_hidden_column(const char *name)
{
	return strncmp(name, "__dv_", strlen("__dv_")) == 0;
}

bool
embeds_itself(const Document &document, const Embed &embed)
{
	int parent = parent_of(document, embed);

	if (parent < 0)
		return false;
	const Embed &outer = document.embeds[parent];
	Oid table = table_at(document, parent_of(document, outer));
	if (table != embed.child)
		return false;
	pg::Vec<AttrNumber> key = key_of(table);
	for (AttrNumber column : key)
	{
		const char *name = get_attname(table, column, false);
		bool returns = false;

		for (int i = 0; i < outer.parent_columns.n; i++)
		{
			for (int j = 0; j < embed.child_columns.n; j++)
				returns = returns ||
						  (strcmp(outer.parent_columns[i], name) == 0 && strcmp(embed.child_columns[j], name) == 0 &&
						   strcmp(outer.child_columns[i], embed.parent_columns[j]) == 0);
		}
		if (!returns)
			return false;
	}
	return !key.empty();
}

} // namespace dv::document
