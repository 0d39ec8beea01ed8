#!/bin/bash
# The unit tests of src/core, under the sanitizers.  With a file name as
# argument, the result of each test is added to that file.
. "$(dirname "$0")/lib.sh"

mkdir -p build
cmake -S . -B build/unit >build/unit.log 2>&1 || { cat build/unit.log; exit 1; }
cmake --build build/unit -j"$(nproc)"
if [ ! -x build/unit/unit ]; then
	echo "no unit tests"
	exit 0
fi
status=0
build/unit/unit --gtest_color=no | tee build/unit/output || status=$?
if [ $# -gt 0 ]; then
	# What was listed and did not say OK has failed, a crash included.
	build/unit/unit --gtest_list_tests | awk '
		/^[^ ]/ { suite = $1; next }
		{ print suite $1 }' | while read -r name; do
		if grep -qE "^\[       OK \] ${name//\//.} " build/unit/output; then echo "ok unit $name"; else echo "not ok unit $name"; fi
	done >>"$1"
fi
exit $status
