#pragma once

namespace dv::pg {

/* From here on with the settings that values are written under; the result goes to `end_value_settings`. */
int begin_value_settings();
void end_value_settings(int nest);

} // namespace dv::pg
