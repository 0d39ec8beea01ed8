#include "engine/test_break.hpp"

#include "pg/postgres.hpp"

namespace dv::engine {

int broken_rule = static_cast<int>(Rule::none);

namespace {

const config_enum_entry rules[] = {
	{"none", static_cast<int>(Rule::none), false},
	{"linear", static_cast<int>(Rule::linear), false},
	{"aggregate", static_cast<int>(Rule::aggregate), false},
	{"keyed", static_cast<int>(Rule::keyed), false},
	{"in_place", static_cast<int>(Rule::in_place), false},
	{"locks", static_cast<int>(Rule::locks), false},
	{nullptr, 0, false},
};

} // namespace

void
define_test_setting()
{
	DefineCustomEnumVariable("deltaview.test_break", "Breaks a delta rule on purpose, for tests of the tests.",
							 "Views become wrong: never set it on a database that matters.", &broken_rule,
							 static_cast<int>(Rule::none), rules, PGC_SUSET, GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL,
							 nullptr, nullptr, nullptr);
}

} // namespace dv::engine
