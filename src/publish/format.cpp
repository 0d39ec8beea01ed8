#include "publish/format.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace dv::publish {

void
message_content(Json *json, const Message &message)
{
	int size = static_cast<int>(message.size);

	if (pg_verifymbstr(message.content, size, true) && memchr(message.content, '\0', message.size) == nullptr)
	{
		string_member(json, "content", pnstrdup(message.content, message.size));
		return;
	}
	char *hex = static_cast<char *>(palloc(message.size * 2 + 1));
	hex[hex_encode(message.content, message.size, hex)] = '\0';
	string_member(json, "content", hex);
	string_member(json, "encoding", "hex");
}

void
write_column_value(const Plugin *plugin, Json *json, const Column &column, const Row &row)
{
	int i = column.attno - 1;

	if (row.nulls[i])
		appendStringInfoString(json->out, "null");
	else
		write_value(json->out, column.writer, row.values[i], plugin->options.numbers_as_strings);
}

const Row *
identity_row(const Change &change)
{
	if (!change.published->has_identity || change.change->action == REORDER_BUFFER_CHANGE_INSERT)
		return nullptr;
	/* The log leaves the old key out where it has not changed. */
	return change.old != nullptr ? change.old : change.row;
}

} // namespace dv::publish
