#!/bin/bash
# What no compiler checks: one version everywhere, every test in its schedule
# with an expected output, and the border that src/core must not cross.
. "$(dirname "$0")/lib.sh"

bad=0
complain() { echo "$*"; bad=1; }

version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" pg_deltaview.control)
[ -e "sql/pg_deltaview--$version.sql" ] || complain "no sql/pg_deltaview--$version.sql"
[ "$(grep -c "\"version\": \"$version\"" META.json)" = 2 ] || complain "META.json has another version than $version"
grep -q "^## $version" CHANGELOG.md || complain "CHANGELOG.md has no section for $version"

names() { [ ! -e "$1" ] || sed -e 's/#.*//' -e 's/^ *test://' "$1" | tr -s ' \t' '\n' | sed '/^$/d' | sort; }
compare() { # schedule, folder, suffix
	local found
	found=$(find "$2" -maxdepth 1 -name "*.$3" -printf '%f\n' | sed "s/\.$3\$//" | sort)
	[ "$found" = "$(names "$1")" ] ||
		complain "$1 and $2/*.$3 differ: $(diff <(names "$1") <(echo "$found") | sed -n 's/^[<>] //p' | tr '\n' ' ')"
	for name in $found; do
		[ -e "expected/$name.out" ] || complain "no expected/$name.out"
	done
}
compare test/schedule test/sql sql
compare test/isolation_schedule test/specs spec
test/specs/generate --check || bad=1

# Documentation is executed: a page's block stands in its test, each example is a test.
while read -r page test; do
	block=$(sed -n '/^```sql$/,/^```$/p' "$page" | sed '1d;$d')
	[[ -n "$block" && "$(cat "test/sql/$test.sql")" == *"$block"* ]] ||
		complain "test/sql/$test.sql does not hold the SQL of $page"
done <<<"README.md readme
docs/documents.md document_guide"
events=$(sed -n '/^```sql$/,/^```$/p' docs/event-format.md | grep -v '^```')
[ -n "$events" ] && [ -z "$(grep -vxFf test/sql/event_format.sql <<<"$events")" ] ||
	complain "test/sql/event_format.sql does not hold the SQL of docs/event-format.md"
events=$(sed -n '/^```json$/,/^```$/p' docs/event-format.md | grep -v '^```')
[ -n "$events" ] && [[ "$(grep '^{' expected/event_format.out)" == "$events" ]] ||
	complain "docs/event-format.md shows other events than expected/event_format.out"
for example in examples/*/example.sql; do
	[ "$example" -ef "test/sql/example_$(basename "$(dirname "$example")").sql" ] || complain "$example is not in test/sql"
done

if grep -nE '#include +[<"](postgres|pg/|catalog/|utils/|access/|executor/)' src/core/*.[ch]pp 2>/dev/null; then
	complain "src/core includes the server"
fi
exit $bad
