#include "pg/position.hpp"

namespace dv::pg {

namespace {

void
transpose_position(void *text)
{
	int position = geterrposition();

	if (position <= 0)
		return;
	errposition(0);
	internalerrposition(position);
	internalerrquery(static_cast<const char *>(text));
}

} // namespace

void
begin_text(TextPosition *position, const char *text)
{
	position->callback.callback = transpose_position;
	position->callback.arg = const_cast<char *>(text);
	position->callback.previous = error_context_stack;
	error_context_stack = &position->callback;
}

void
end_text(const TextPosition *position)
{
	error_context_stack = position->callback.previous;
}

} // namespace dv::pg
