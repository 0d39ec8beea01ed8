#pragma once

#include "pg/postgres.hpp"

#include <type_traits>

namespace dv::pg {

/*
 * A growing array in a memory context.  Trivially destructible, and of trivial
 * elements only, so an ereport may jump over it: the context owns the storage.
 */
template <class T> struct Vec
{
	static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);

	T *data = nullptr;
	int n = 0;
	int room = 0;
	MemoryContext context = nullptr; /* set at the first push, if not before */

	T &push(const T &value)
	{
		if (n == room)
			grow(n + 1);
		data[n] = value;
		return data[n++];
	}

	/* Room for so many; what is there already stays as it is. */
	void grow(int atleast)
	{
		if (atleast <= room)
			return;
		if (context == nullptr)
			context = CurrentMemoryContext;
		int want = room > 0 ? room * 2 : 8;
		if (want < atleast)
			want = atleast;
		Size bytes = sizeof(T) * static_cast<Size>(want);
		data = static_cast<T *>(data ? repalloc_huge(data, bytes) : MemoryContextAllocHuge(context, bytes));
		room = want;
	}

	T &operator[](int i) { return data[i]; }
	const T &operator[](int i) const { return data[i]; }
	T *begin() { return data; }
	T *end() { return data + n; }
	const T *begin() const { return data; }
	const T *end() const { return data + n; }
	T &back() { return data[n - 1]; }
	bool empty() const { return n == 0; }
	void clear() { n = 0; }
	void truncate(int to) { n = to; }
};

} // namespace dv::pg
