#include "sink/client/unfit.hpp"

#include "sink/client/document.hpp"
#include "sink/client/mongo.hpp"

namespace dv::sink {
namespace {

const size_t shown = 1000000;

std::string
description(std::string_view id, const std::string &code, const std::string &message, const std::string &row)
{
	std::string with_id = id_document(id);
	BsonView begin(with_id);
	Bson whole;

	bson_concat(whole.get(), begin.get());
	whole.text("code", code).text("message", message).text("row", row);
	return whole.bytes();
}

} // namespace

std::string
too_large(std::string_view document, size_t largest)
{
	return description(id_of(document), "document too large",
					   "the document has " + std::to_string(document.size()) + " bytes, of " + std::to_string(largest),
					   "");
}

std::string
refused(std::string_view id, std::int64_t code, const std::string &message, std::string_view document)
{
	return description(id, std::to_string(code), message,
					   document.empty() || document.size() > shown ? std::string() : extended_json(document));
}

std::string
message_of(std::string_view description)
{
	BsonView view(description);
	std::string id = extended_json_of_id(id_of(description));

	return text_in(view.get(), "message") + " (" + text_in(view.get(), "code") + ")" + (id.empty() ? "" : ": " + id);
}

void
set_aside(Catalog &catalog, const Unfit &unfit)
{
	BsonView view(unfit.description);

	catalog.set_aside(unfit.lsn, extended_json_of_id(id_of(unfit.description)), text_in(view.get(), "code"),
					  text_in(view.get(), "message"), text_in(view.get(), "row"));
}

} // namespace dv::sink
