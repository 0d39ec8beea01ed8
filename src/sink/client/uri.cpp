#include "sink/client/uri.hpp"

#include "sink/client/failure.hpp"

#include <algorithm>
#include <cctype>

namespace dv::sink {
namespace {

std::string
percent_encoded(const std::string &text)
{
	const char *digits = "0123456789ABCDEF";
	std::string encoded;

	for (char c : text)
	{
		auto byte = static_cast<unsigned char>(c);
		if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~')
			encoded += c;
		else
			encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
	}
	return encoded;
}

std::string
lower(std::string text)
{
	std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
	return text;
}

bool
has_option(const std::string &query, const std::string &name)
{
	return ("&" + lower(query)).find("&" + lower(name) + "=") != std::string::npos;
}

void
replace_all(std::string *text, const std::string &what)
{
	for (size_t at = text->find(what); at != std::string::npos; at = text->find(what, at))
		text->replace(at, what.size(), "***");
}

} // namespace

std::string
connection_uri(const Address &address)
{
	size_t scheme = address.uri.find("://");
	if (scheme == std::string::npos)
		throw Failure(Remedy::give_up, "the server's uri does not begin with mongodb:// or mongodb+srv://");
	std::string begin = address.uri.substr(0, scheme + 3);
	std::string rest = address.uri.substr(scheme + 3);
	size_t mark = rest.find('?');
	std::string hosts = rest.substr(0, mark);
	std::string query = mark == std::string::npos ? "" : rest.substr(mark + 1);

	if (hosts.find('@') != std::string::npos)
		throw Failure(Remedy::give_up, "the server's uri has a user in it: that belongs into a user mapping");
	if (hosts.find('/') == std::string::npos)
		hosts += '/';
	if (!address.user.empty())
	{
		begin += percent_encoded(address.user);
		if (!address.password.empty())
			begin += ':' + percent_encoded(address.password);
		begin += '@';
	}
	auto add = [&](const std::string &name, const std::string &value) {
		if (!value.empty() && !has_option(query, name))
			query += (query.empty() ? "" : "&") + name + '=' + percent_encoded(value);
	};
	add("authSource", address.auth_source);
	add("authMechanism", address.auth_mechanism);
	for (const auto &[name, value] : address.options)
		add(name, value);
	return begin + hosts + (query.empty() ? "" : '?' + query);
}

std::string
scrub(std::string text, const std::vector<std::string> &secrets)
{
	for (const std::string &secret : secrets)
		if (!secret.empty())
		{
			replace_all(&text, secret);
			replace_all(&text, percent_encoded(secret));
		}
	return text;
}

} // namespace dv::sink
