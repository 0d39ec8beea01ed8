#pragma once

#include <string>
#include <vector>

namespace dv::sink {

/* How to reach the server of the collections. */
struct Address
{
	std::string uri; /* without credentials */
	std::string user;
	std::string password;
	std::string auth_source;
	std::string auth_mechanism;
	std::vector<std::pair<std::string, std::string>> options; /* of the URI; what it has itself goes before */
};

/* The whole URI.  It holds the password: never show it. */
std::string connection_uri(const Address &address);

/* The text without any of the secrets, as they are and as a URI has them. */
std::string scrub(std::string text, const std::vector<std::string> &secrets);

} // namespace dv::sink
