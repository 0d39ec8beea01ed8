#include "sink/bson/extended_json.hpp"

#include "sink/bson/output.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace dv::sink {

namespace {

/* Without what stands at its beginning and end; in the server's encoding. */
char *
json_text(const bson_t *bson, size_t before, size_t after)
{
	size_t size;
	char *text = bson_as_canonical_extended_json(bson, &size);

	if (text == nullptr)
		elog(ERROR, "invalid BSON");
	char *result = pnstrdup(text + before, size - before - after);
	bson_free(text);
	return pg_any_to_server(result, static_cast<int>(strlen(result)), PG_UTF8);
}

void
read_bson(bson_t *bson, const char *data, int size)
{
	if (!bson_init_static(bson, reinterpret_cast<const uint8_t *>(data), size))
		elog(ERROR, "invalid BSON");
}

} // namespace

char *
extended_json(const char *data, int size)
{
	bson_t bson;

	read_bson(&bson, data, size);
	return json_text(&bson, 0, 0);
}

char *
extended_json_of_id(const char *data, int size)
{
	static constexpr char before[] = "{ \"_id\" : ";
	static constexpr char after[] = " }";
	bson_t bson;
	bson_t alone;
	bson_iter_t iterator;

	read_bson(&bson, data, size);
	if (!bson_iter_init_find(&iterator, &bson, "_id"))
		return nullptr;
	/* It is the first element: that, as a document of its own. */
	StringInfoData bytes;
	Output out = {&bytes, nullptr, false, 0, nullptr, nullptr, InvalidAttrNumber};
	const char *end = bson_iter_next(&iterator) ? data + bson_iter_offset(&iterator) : data + size - 1;
	int place;

	initStringInfo(&bytes);
	open_root(&out, &place);
	appendBinaryStringInfo(&bytes, data + sizeof(int32), static_cast<int>(end - data - sizeof(int32)));
	close(&out, place);
	read_bson(&alone, bytes.data, bytes.len);
	return json_text(&alone, sizeof(before) - 1, sizeof(after) - 1);
}

} // namespace dv::sink
