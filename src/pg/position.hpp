#pragma once

#include "pg/postgres.hpp"

namespace dv::pg {

/* While this lasts, positions of errors are in a text of the user's, not in the statement that called us. */
struct TextPosition
{
	ErrorContextCallback callback;
};

void begin_text(TextPosition *position, const char *text);
void end_text(const TextPosition *position);

} // namespace dv::pg
