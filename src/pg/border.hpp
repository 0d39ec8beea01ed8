#pragma once

/*
 * The border between the server and C++.
 *
 * Server code in this project (everything outside src/core) uses trivially
 * destructible values in memory contexts, so that an ereport may jump over it
 * anywhere.  src/core is ordinary C++: it owns strings and vectors, and throws.
 * The two meet in `outbound` alone: it runs C++ that may throw, leaves the
 * catch, and only then raises the server's error.  C++ that must call the
 * server while it owns something goes through `inbound`.
 */
#include "pg/postgres.hpp"

#include <exception>
#include <new>
#include <type_traits>

namespace dv::pg {

/* A server error on its way through C++ frames; rethrown whole by outbound. */
struct ServerError final : std::exception
{
	explicit ServerError(ErrorData *e) : error(e) {}
	const char *what() const noexcept override { return "server error"; }
	ErrorData *error;
};

struct Failure
{
	enum Kind { None, Memory, Server, Other } kind = None;
	ErrorData *server = nullptr;
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
	catch (const ServerError &e)
	{
		failure.kind = Failure::Server;
		failure.server = e.error;
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

/* Runs a server call that may ereport while C++ objects live; the error comes out as ServerError. */
template <class Call>
auto
inbound(Call &&call) -> decltype(call())
{
	using Result = decltype(call());
	static_assert(std::is_trivially_destructible_v<std::remove_reference_t<Call>>);
	static_assert(std::is_trivially_destructible_v<Result> && !std::is_void_v<Result>);

	MemoryContext context = CurrentMemoryContext;
	sigjmp_buf *stack = PG_exception_stack;
	ErrorContextCallback *callbacks = error_context_stack;
	ErrorData *volatile error = nullptr;
	alignas(Result) unsigned char storage[sizeof(Result)];
	sigjmp_buf here;

	if (sigsetjmp(here, 0) == 0)
	{
		PG_exception_stack = &here;
		new (storage) Result(call());
	}
	else
	{
		PG_exception_stack = stack;
		error_context_stack = callbacks;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_exception_stack = stack;
	error_context_stack = callbacks;
	if (error != nullptr)
		throw ServerError(error);
	return *reinterpret_cast<Result *>(storage);
}

} // namespace dv::pg
