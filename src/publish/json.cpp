#include "publish/json.hpp"

extern "C" {
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"
}

namespace dv::publish {

namespace {

void
new_line(Json *json)
{
	if (!json->pretty)
		return;
	appendStringInfoChar(json->out, '\n');
	for (int i = 0; i < json->depth; i++)
		appendStringInfoChar(json->out, '\t');
}

} // namespace

void
element(Json *json)
{
	if (json->comma)
		appendStringInfoChar(json->out, ',');
	if (json->depth > 0)
		new_line(json);
	json->comma = true;
}

void
member(Json *json, const char *name)
{
	element(json);
	escape_json(json->out, name);
	appendStringInfoString(json->out, json->pretty ? ": " : ":");
}

void
open(Json *json, char bracket)
{
	appendStringInfoChar(json->out, bracket);
	json->depth++;
	json->comma = false;
}

void
close(Json *json, char bracket)
{
	json->depth--;
	if (json->comma)
		new_line(json);
	appendStringInfoChar(json->out, bracket);
	json->comma = true;
}

void
string_value(Json *json, const char *value)
{
	escape_json(json->out, value);
}

void
lsn_member(Json *json, const char *name, uint64 lsn)
{
	member(json, name);
	appendStringInfo(json->out, "\"%X/%X\"", static_cast<uint32>(lsn >> 32), static_cast<uint32>(lsn));
}

void
time_member(Json *json, const char *name, int64 time)
{
	char text[MAXDATELEN + 1];
	const int utc = 0;

	member(json, name);
	string_value(json, JsonEncodeDateTime(text, TimestampTzGetDatum(time), TIMESTAMPTZOID, &utc));
}

} // namespace dv::publish
