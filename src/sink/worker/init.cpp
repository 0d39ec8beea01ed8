#include "sink/worker/connect.hpp"
#include "sink/worker/launcher.hpp"

extern "C" {
PGDLLEXPORT void _PG_init(void);
}

void
_PG_init(void)
{
	dv::sink::worker::define_settings();
	if (process_shared_preload_libraries_in_progress)
		dv::sink::worker::register_launcher();
}
