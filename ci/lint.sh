#!/bin/bash
# clang-format in check mode, and clang-tidy, both of version 14.
. "$(dirname "$0")/lib.sh"
find_server
mapfile -t all < <(find src -name '*.cpp' -o -name '*.hpp' | sort)
mapfile -t sources < <(find src -name '*.cpp' | sort)
clang-format-14 --dry-run --Werror "${all[@]}"
core() { printf '%s\n' "${sources[@]}" | grep '^src/core/' || true; }
server() { printf '%s\n' "${sources[@]}" | grep -v '^src/core/' || true; }
core | xargs -r -n 4 clang-tidy-14 --quiet -- -xc++ -std=c++17 -Isrc -DDV_CORE
server | xargs -r -n 4 clang-tidy-14 --quiet -- -xc++ -std=c++17 -Isrc -Wno-register -D_GNU_SOURCE \
	-isystem "$("$PG_CONFIG" --includedir-server)"
