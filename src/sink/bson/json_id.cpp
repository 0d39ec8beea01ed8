#include "sink/bson/json.hpp"

namespace dv::sink {

namespace {

bool
read_integer(const char *element, int64 *value)
{
	const char *data = element + sizeof("_id") + 1;
	uint64 wide;
	uint32 narrow;

	switch (*element)
	{
	case BSON_TYPE_INT32:
		memcpy(&narrow, data, sizeof(narrow));
		*value = static_cast<int32>(BSON_UINT32_FROM_LE(narrow));
		return true;
	case BSON_TYPE_INT64:
		memcpy(&wide, data, sizeof(wide));
		*value = static_cast<int64>(BSON_UINT64_FROM_LE(wide));
		return true;
	default:
		return false;
	}
}

bool
is_same(const char *a, int a_size, const char *b, int b_size)
{
	int64 a_value;
	int64 b_value;

	if (read_integer(a, &a_value) && read_integer(b, &b_value))
		return a_value == b_value;
	return a_size == b_size && memcmp(a, b, a_size) == 0;
}

} // namespace

bool
is_id(Name name)
{
	return name.size == 3 && memcmp(name.text, "_id", 3) == 0;
}

bool
drop_id(Output *out, const Span &id, int start)
{
	const char *bytes = out->bytes->data;

	if (!is_same(bytes + id.start, id.end - id.start, bytes + start, out->bytes->len - start))
		return refuse(out, "other _id", "the document has a member _id that is not the key");
	out->bytes->len = start;
	return true;
}

} // namespace dv::sink
