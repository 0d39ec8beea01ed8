#!/bin/bash
# clang-format in check mode, and clang-tidy, both of version 14.
. "$(dirname "$0")/lib.sh"
find_server
mapfile -t all < <(find src -name '*.cpp' -o -name '*.hpp' | sort)
mapfile -t sources < <(find src -name '*.cpp' | sort)
clang-format-14 --dry-run --Werror "${all[@]}"
core() { printf '%s\n' "${sources[@]}" | grep '^src/core/' || true; }
client() { printf '%s\n' "${sources[@]}" | grep -E '^src/sink/(client|program)/' || true; }
server() { printf '%s\n' "${sources[@]}" | grep -vE '^src/(core|sink/(client|program))/' || true; }
mongo=$(pkg-config --exists mongoc2 && echo mongoc2 || echo libmongoc-1.0)
mapfile -t mongo_flags < <(pkg-config --cflags "$mongo" | tr ' ' '\n' | sed -n 's/^-I/-isystem/p')
# Files on standard input, flags of the compiler as arguments.
tidy() {
	local files
	mapfile -t files
	[ ${#files[@]} = 0 ] || clang-tidy-14 --quiet "${files[@]}" -- -xc++ -std=c++17 -Isrc "$@"
}
core | tidy -DDV_CORE
server | tidy -Wno-register -D_GNU_SOURCE \
	-isystem "$("$PG_CONFIG" --includedir-server)" -isystem "$("$PG_CONFIG" --includedir)" "${mongo_flags[@]}"
client | tidy -DDV_CLIENT '-DDV_VERSION=""' -isystem "$("$PG_CONFIG" --includedir)" "${mongo_flags[@]}"
