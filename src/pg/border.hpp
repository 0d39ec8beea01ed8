#pragma once

/*
 * The border between the server and C++.
 *
 * Server code in this project (everything outside src/core) uses trivially
 * destructible values in memory contexts, so that an ereport may jump over it
 * anywhere.  src/core is ordinary C++: it owns strings and vectors, and throws.
 * The two meet in `outbound` alone: it runs C++ that may throw, leaves the
 * catch, and only then raises the server's error.  C++ that owns something
 * calls nothing of the server that may ereport.
 */
#include "pg/postgres.hpp"

#include <exception>
#include <new>
#include <type_traits>

namespace dv::pg {

struct Failure
{
	enum Kind { None, Memory, Other } kind = None;
	char text[256] = {0};
};

[[noreturn]] void raise(const Failure &failure);
void describe(Failure &failure, const char *what) noexcept;

/* Runs body, which may throw; a failure becomes an ereport after the catch is left. */
template <class Body>
void
outbound(Body &&body)
{
	static_assert(std::is_void_v<decltype(body())>, "results leave through memory contexts");
	Failure failure;
	try
	{
		body();
	}
	catch (const std::bad_alloc &)
	{
		failure.kind = Failure::Memory;
	}
	catch (const std::exception &e)
	{
		failure.kind = Failure::Other;
		describe(failure, e.what());
	}
	catch (...)
	{
		failure.kind = Failure::Other;
		describe(failure, "unknown exception");
	}
	if (failure.kind != Failure::None)
		raise(failure);
}

} // namespace dv::pg
