#include "sink/client/settings.hpp"

#include <tuple>

namespace dv::sink {
namespace {

auto
mapped(const Settings &s)
{
	return std::tie(s.wanted, s.generation, s.view, s.view_oid, s.address.uri, s.address.user, s.address.password,
					s.address.auth_source, s.address.auth_mechanism, s.address.options, s.database, s.collection,
					s.options, s.slot);
}

} // namespace

bool
Settings::differ(const Settings &other) const
{
	return mapped(*this) != mapped(other);
}

} // namespace dv::sink
