#include "sink/client/protocol.hpp"

#include "sink/client/failure.hpp"

#include <chrono>

namespace dv::sink {
namespace {

/* 2000-01-01, from which the server counts. */
const std::int64_t postgres_epoch = 946684800;

class Reader
{
public:
	explicit Reader(std::string_view bytes) : rest_(bytes) {}

	char byte() { return take(1)[0]; }

	/* In network order. */
	std::uint64_t number(size_t size)
	{
		std::uint64_t value = 0;
		for (char c : take(size))
			value = value << 8 | static_cast<unsigned char>(c);
		return value;
	}

	std::string_view take(size_t size)
	{
		if (size > rest_.size())
			throw Failure(Remedy::retry, "the server sent a message that is cut short");
		std::string_view taken = rest_.substr(0, size);
		rest_.remove_prefix(size);
		return taken;
	}

	[[nodiscard]] std::string_view rest() const { return rest_; }

private:
	std::string_view rest_;
};

void
append_number(std::string *bytes, std::uint64_t value)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*bytes += static_cast<char>(value >> shift & 0xff);
}

Message
parse_change(Reader reader)
{
	Message message{};
	message.kind = static_cast<Kind>(reader.byte());

	switch (message.kind)
	{
	case Kind::begin:
		message.lsn = reader.number(8);
		message.commit_time = static_cast<std::int64_t>(reader.number(8));
		reader.number(4);
		return message;
	case Kind::put:
	case Kind::insert:
	case Kind::remove:
	case Kind::unfit:
		message.lsn = reader.number(8);
		message.document = reader.rest();
		return message;
	case Kind::truncate:
	case Kind::commit:
		message.lsn = reader.number(8);
		return message;
	case Kind::keepalive:
		break;
	}
	throw Failure(Remedy::give_up, "the output plugin sent a message of an unknown kind");
}

} // namespace

Message
parse_message(std::string_view bytes)
{
	Reader reader(bytes);

	switch (reader.byte())
	{
	case 'w':
		reader.take(8 + 8 + 8);
		return parse_change(reader);
	case 'k':
	{
		Message message{};
		message.kind = Kind::keepalive;
		message.lsn = reader.number(8);
		reader.number(8);
		message.reply_wanted = reader.byte() != 0;
		return message;
	}
	default:
		throw Failure(Remedy::retry, "the server sent a replication message of an unknown kind");
	}
}

std::string
status_update(Lsn received, Lsn confirmed, bool reply_wanted)
{
	using namespace std::chrono;
	std::int64_t now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
	std::string bytes = "r";

	append_number(&bytes, received);
	append_number(&bytes, confirmed);
	append_number(&bytes, confirmed);
	append_number(&bytes, static_cast<std::uint64_t>(now - postgres_epoch * 1000000));
	bytes += static_cast<char>(reply_wanted);
	return bytes;
}

std::optional<CopiedRow>
parse_copied(std::string_view bytes, bool first)
{
	const std::uint64_t end_of_rows = 0xffff;
	Reader reader(bytes);

	if (first)
	{
		reader.take(11 + 4);
		reader.take(reader.number(4));
	}
	std::uint64_t fields = reader.number(2);
	if (fields == end_of_rows)
		return std::nullopt;
	std::string_view value = reader.take(reader.number(4));
	bool fit = !value.empty() && value[0] == static_cast<char>(Kind::put);
	if (fields != 1 || value.empty() || (!fit && value[0] != static_cast<char>(Kind::unfit)))
		throw Failure(Remedy::give_up, "the copy of the view has a row that is none");
	return CopiedRow{fit, value.substr(1)};
}

} // namespace dv::sink
