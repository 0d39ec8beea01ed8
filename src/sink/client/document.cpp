#include "sink/client/document.hpp"

#include <cstdint>
#include <optional>

namespace dv::sink {
namespace {

const size_t header = 4; /* a document's length */

std::uint32_t
little_endian(std::string_view bytes)
{
	std::uint32_t value = 0;

	for (size_t i = 0; i < 4; i++)
		value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
	return value;
}

std::string
little_endian(std::uint32_t value)
{
	std::string bytes;

	for (int i = 0; i < 4; i++)
		bytes += static_cast<char>(value >> (8 * i) & 0xff);
	return bytes;
}

/* The bytes of a value, of the types that rows have. */
std::optional<size_t>
value_size(char type, std::string_view rest)
{
	auto counted = [&](size_t beside) -> std::optional<size_t> {
		if (rest.size() < 4)
			return std::nullopt;
		return little_endian(rest) + beside;
	};

	switch (type)
	{
	case 0x01: /* double */
	case 0x09: /* date */
	case 0x11: /* timestamp */
	case 0x12: /* int64 */
		return 8;
	case 0x02: /* string */
		return counted(4);
	case 0x03: /* document */
	case 0x04: /* array */
		return counted(0);
	case 0x05: /* binary */
		return counted(5);
	case 0x07: /* object id */
		return 12;
	case 0x08: /* bool */
		return 1;
	case 0x0a: /* null */
		return 0;
	case 0x10: /* int32 */
		return 4;
	case 0x13: /* decimal128 */
		return 16;
	default:
		return std::nullopt;
	}
}

struct Element
{
	char type;
	std::string_view name;
	std::string_view value;
	size_t size; /* of all of it */
};

std::optional<Element>
element_at(std::string_view document, size_t at)
{
	if (at + 1 >= document.size() || document[at] == 0)
		return std::nullopt;
	size_t end = document.find('\0', at + 1);
	if (end == std::string_view::npos)
		return std::nullopt;
	std::string_view rest = document.substr(end + 1);
	std::optional<size_t> size = value_size(document[at], rest);
	if (!size || *size > rest.size())
		return std::nullopt;
	return Element{document[at], document.substr(at + 1, end - at - 1), rest.substr(0, *size), end + 1 - at + *size};
}

} // namespace

std::string_view
id_of(std::string_view document)
{
	std::optional<Element> first = element_at(document, header);

	if (!first || first->name != "_id")
		return {};
	return document.substr(header, first->size);
}

std::string
id_document(std::string_view id)
{
	std::string document = little_endian(static_cast<std::uint32_t>(header + id.size() + 1));

	document.append(id);
	document += '\0';
	return document;
}

std::string
without_member(std::string_view document, std::string_view name)
{
	std::string kept;

	size_t at = header;
	while (true)
	{
		std::optional<Element> element = element_at(document, at);
		if (!element)
			break;
		if (element->name != name)
			kept.append(document.substr(at, element->size));
		at += element->size;
	}
	std::string result = little_endian(static_cast<std::uint32_t>(header + kept.size() + 1));
	result.append(kept);
	result += '\0';
	return result;
}

} // namespace dv::sink
