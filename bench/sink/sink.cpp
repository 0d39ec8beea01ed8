/*
 * What bench/sink.sh compares a sink with:
 *   sink insert|replace URI DATABASE FROM TO CONNECTIONS BATCH   plain bulk writes of the same documents, per second
 *   sink latency URI DATABASE COLLECTION CONNINFO SAMPLES        milliseconds from commit to visible
 */
#include "bulk.hpp"
#include "latency.hpp"

#include <cstdio>
#include <exception>
#include <mongoc/mongoc.h>
#include <string>

int
main(int argc, char **argv)
{
	const std::string what = argc > 1 ? argv[1] : "";

	mongoc_init();
	try
	{
		if ((what == "insert" || what == "replace") && argc == 8)
			std::printf("%.0f\n",
						plain_bulk(argv[2], argv[3], argv[4], argv[5], what == "insert" ? Way::insert : Way::replace,
								   std::stoi(argv[6]), std::stoi(argv[7])));
		else if (what == "latency" && argc == 7)
		{
			const Waits waits = commit_to_visible(argv[2], argv[3], argv[4], argv[5], std::stoi(argv[6]));
			const std::size_t n = waits.visible.size();
			std::printf("median %.1f ms, 99th percentile %.1f ms, %zu changes; one look takes %.1f ms\n",
						waits.visible[n / 2], waits.visible[n * 99 / 100], n, waits.read);
		}
		else
		{
			std::fprintf(stderr, "see the beginning of bench/sink/sink.cpp\n");
			return 2;
		}
	}
	catch (const std::exception &error)
	{
		std::fprintf(stderr, "error: %s\n", error.what());
		return 1;
	}
	mongoc_cleanup();
	return 0;
}
