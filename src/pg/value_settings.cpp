#include "pg/value_settings.hpp"

#include "pg/identity.hpp"

namespace dv::pg {

int
begin_value_settings()
{
	static const char *const settings[] = {
		"DateStyle",          "ISO, MDY", "IntervalStyle", "postgres", "TimeZone",    "UTC",
		"extra_float_digits", "1",        "bytea_output",  "hex",      "lc_monetary", "C",
	};
	int nest = NewGUCNestLevel();

	set_locally(lengthof(settings), settings);
	return nest;
}

void
end_value_settings(int nest)
{
	AtEOXact_GUC(false, nest);
}

} // namespace dv::pg
