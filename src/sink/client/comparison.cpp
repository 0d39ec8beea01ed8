#include "sink/client/comparison.hpp"

#include "sink/client/bulk.hpp"
#include "sink/client/document.hpp"

#include <algorithm>
#include <tuple>

namespace dv::sink {
namespace {

/* FNV-1a, stirred. */
std::uint64_t
hash_of(std::string_view bytes, std::uint64_t seed)
{
	std::uint64_t hash = 0xcbf29ce484222325 + seed;

	for (char c : bytes)
		hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 32;
}

bool
before(const std::uint64_t (&a)[2], const std::uint64_t (&b)[2])
{
	return std::tie(a[0], a[1]) < std::tie(b[0], b[1]);
}

} // namespace

Comparison::Print
Comparison::print_of(std::string_view document)
{
	std::string_view id = id_of(document);

	return {{hash_of(id, 0), hash_of(id, 1)}, hash_of(document, 2), Found::not_yet};
}

Comparison::Print *
Comparison::find(const Print &print)
{
	auto found = std::lower_bound(prints_.begin(), prints_.end(), print,
								  [](const Print &a, const Print &b) { return before(a.id, b.id); });

	return found == prints_.end() || before(print.id, found->id) ? nullptr : &*found;
}

void
Comparison::read_view(ViewReader &reader, size_t largest_document)
{
	reader.read(0, -1, [&](const CopiedRow &row) {
		if (row.fit && row.document.size() <= largest_document)
			prints_.push_back(print_of(row.document));
		return true;
	});
	std::sort(prints_.begin(), prints_.end(), [](const Print &a, const Print &b) { return before(a.id, b.id); });
}

void
Comparison::read_collection(Store &store, const std::string &name)
{
	Bson everything;
	const bson_t *bson = nullptr;
	bson_error_t error;
	Collection collection = store.collection(name);
	Cursor cursor(mongoc_collection_find_with_opts(collection.get(), everything.get(), nullptr, nullptr));

	while (differences_.size() + different_.size() < most && mongoc_cursor_next(cursor.get(), &bson))
	{
		std::string_view document = bytes_of(bson);
		std::string stripped;
		if (document.find(guard) != std::string_view::npos)
			document = stripped = without_member(document, guard);
		Print print = print_of(document);
		Print *found = find(print);
		if (found == nullptr)
			differences_.push_back({extended_json_of_id(id_of(document)), "", extended_json(document)});
		else if (found->content == print.content)
			found->found = Found::equal;
		else
		{
			found->found = Found::different;
			different_.emplace(id_of(document), document);
		}
	}
	if (mongoc_cursor_error(cursor.get(), &error))
		fail(error);
}

void
Comparison::find_documents(ViewReader &reader)
{
	if (std::all_of(prints_.begin(), prints_.end(), [](const Print &print) { return print.found == Found::equal; }))
		return;
	reader.read(0, -1, [&](const CopiedRow &row) {
		Print *print = row.fit ? find(print_of(row.document)) : nullptr;
		if (print != nullptr && print->found != Found::equal)
		{
			auto other = different_.find(std::string(id_of(row.document)));
			differences_.push_back({extended_json_of_id(id_of(row.document)), extended_json(row.document),
									other == different_.end() ? "" : extended_json(other->second)});
		}
		return differences_.size() < most;
	});
}

} // namespace dv::sink
