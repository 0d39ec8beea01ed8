#!/bin/bash
# bench/performance.sh: what a change costs with a view, without it, and with triggers by hand that keep the same rows;
# what a million rows in one transaction take; how fast a view is filled; how the cost of a row grows with the tables.
# CPU time and instructions are those of the server process behind the client, which other work on the machine changes
# little; medians of interleaved rounds.  By an optimised build on a private server.  The raw figures go to a file, from
# which the tables are made; what is measured anew replaces what is there, so it can be done in parts.  May be set:
#   VIEWS ("sum join group document"), PARTS ("steps load growth"), STEPS (all; "update twenty", say)
#   ROUNDS (9), SECONDS_EACH (0.2), SCALE (100000), GROWTH ("10000 100000 1000000"), LOAD_ROWS (1000000; for documents
#   a tenth), WORK_MEM (4MB), RESULTS (build/performance.tsv), WRITE_DOCS (1: writes tables and plot into docs)
# PARTS=profile shows instead, by perf, where the instructions of the STEPS go; build it for that with
# OPTIMIZE="-O2 -fno-omit-frame-pointer" in the environment.
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh bench
VIEWS=${VIEWS:-sum join group document}
PARTS=${PARTS:-steps load growth}
STEPS=${STEPS:-}
ROUNDS=${ROUNDS:-9}
SECONDS_EACH=${SECONDS_EACH:-0.2}
SCALE=${SCALE:-100000}
GROWTH=${GROWTH:-10000 100000 1000000}
LOAD_ROWS=${LOAD_ROWS:-1000000}
WORK_MEM=${WORK_MEM:-4MB}
RESULTS=$(realpath -m "${RESULTS:-build/performance.tsv}")
FOLDER=$TOP/bench/performance
declare -A TABLES=([sum]=accounts [join]=orders [group]=orders [document]=shop)
declare -A KEYS=([sum]=branch [join]="order_id, no" [group]=customer [document]=id)
declare -A VISIBLE=([sum]="branch, accounts, balance" [join]="order_id, no, customer, product, amount"
	[group]="customer, items, amount" [document]="id, document")

find_server
start_work
make_tree
make --no-print-directory -s -C "$FOLDER" PG_CONFIG="$PG_CONFIG"
start_server "fsync = on" "synchronous_commit = off" "shared_buffers = 1GB" "max_wal_size = 64GB" "jit = off" \
	"checkpoint_timeout = 1d" "autovacuum = off" "max_parallel_workers_per_gather = 0" "work_mem = $WORK_MEM" \
	"maintenance_work_mem = 256MB" "log_min_messages = error" "wal_keep_size = 0"
mkdir -p "$(dirname "$RESULTS")"
touch "$RESULTS"
has() { [[ " $1 " == *" $2 "* ]]; }
run_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
query() { cat "$FOLDER/$1.sql"; }
client() { PGOPTIONS="-c client_min_messages=error" "$FOLDER/client" "$@" 2>>"$WORK/client.err" || { cat "$WORK/client.err" >&2; return 1; }; }

# ---- databases: VIEW_VARIANT, alike but for who keeps table v
variants=(none view statement row)
if [ "$(run_sql -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_ivm'")" = 1 ]; then variants+=(pg_ivm); fi
variants_of() { echo "${variants[*]}" | if [ "$1" = document ]; then sed 's/ pg_ivm//'; else cat; fi; }

declaration() { # VIEW
	if [ -e "$FOLDER/$1_view.sql" ]; then
		cat "$FOLDER/$1_view.sql"
	else
		echo "SELECT deltaview.create_view('v', \$q\$ $(query "$1") \$q\$)"
	fi
}

copy() { createdb -T "$1" "$2"; }

make_none() { # VIEW, rows
	createdb "$1_none"
	run_sql -d "$1_none" -v n="$2" -c "CREATE EXTENSION pg_deltaview" -f "$FOLDER/${TABLES[$1]}.sql" -c "VACUUM (ANALYZE)"
}

make_view() { # VIEW
	copy "$1_none" "$1_view"
	run_sql -d "$1_view" -c "$(declaration "$1")" >/dev/null 2>"$WORK/view.err" || { cat "$WORK/view.err" >&2; return 1; }
	run_sql -d "$1_view" -c "VACUUM (ANALYZE)"
}

make_others() { # VIEW
	local variant
	copy "$1_none" "$1_statement"
	run_sql -d "$1_statement" -f "$FOLDER/$1_table.sql" -c "INSERT INTO v $(query "$1")"
	copy "$1_statement" "$1_row"
	for variant in statement row; do
		run_sql -d "$1_$variant" -v query="$(query "$1")" -f "$FOLDER/$1_$variant.sql" -c "VACUUM (ANALYZE)"
	done
	if has "$(variants_of "$1")" pg_ivm; then
		copy "$1_none" "$1_pg_ivm"
		run_sql -d "$1_pg_ivm" -c "CREATE EXTENSION pg_ivm" -c "SELECT pgivm.create_immv('v', \$q\$ $(query "$1") \$q\$)" \
			-c "VACUUM (ANALYZE)" >/dev/null
	fi
}

drop() { local name; for name in none view statement row pg_ivm; do dropdb --if-exists -f "$1_$name" 2>/dev/null; done; }

# What is there differs from the query in no row, whoever kept it.
check() { # VIEW, variant...
	local view=$1 variant wrong
	shift
	for variant; do
		case $variant in
		none) continue ;;
		view) wrong=$(run_sql -d "${view}_view" -c "SELECT count(*) FROM deltaview.verify('v')") ;;
		*) wrong=$(run_sql -d "${view}_$variant" -c "WITH q AS ($(query "$view")), v AS (SELECT ${VISIBLE[$view]} FROM v)
			SELECT count(*) FROM ((TABLE q EXCEPT ALL TABLE v) UNION ALL (TABLE v EXCEPT ALL TABLE q)) d") ;;
		esac
		[ "$wrong" = 0 ] || die "$view: the $variant variant differs from its query in $wrong rows"
	done
	say "$view: $* checked, no row differs ($SECONDS s)"
}

# ---- figures
# Puts the client's lines on standard input into the results, in place of those for the same part, view, size and step.
keep() { # PART, view, size
	awk -v key="$1	$2	$3" '{ print key "\t" $0 }' >"$WORK/new"
	awk -F'\t' 'NR == FNR { new[$1, $2, $3, $4]; next } !(($1, $2, $3, $4) in new)' "$WORK/new" "$RESULTS" >"$WORK/all"
	cat "$WORK/new" >>"$WORK/all"
	cat "$WORK/all" >"$RESULTS"
}

pairs() { # VIEW, variant...
	local view=$1 variant
	shift
	for variant; do echo "$variant=dbname=${view}_$variant"; done
}

steps() { # PART, view, size, steps, variant...
	local part=$1 view=$2 size=$3 wanted=$4
	shift 4
	# shellcheck disable=SC2046,SC2086
	client steps "$FOLDER/${TABLES[$view]}.tsv" "$size" "$ROUNDS" "$SECONDS_EACH" $(pairs "$view" "$@") -- $wanted |
		keep "$part" "$view" "$size"
}

once() { # step, view, variant, SQL...
	local step=$1 variant=$3 database=dbname=$2_$3
	shift 3
	client once "$variant=$database" "$@" | sed "s/^once/$step/"
}

# REFRESH MATERIALIZED VIEW CONCURRENTLY after an UPDATE of a row.
refresh() { # VIEW
	copy "$1_none" "$1_refresh"
	run_sql -d "$1_refresh" -c "CREATE MATERIALIZED VIEW v AS $(query "$1")" -c "CREATE UNIQUE INDEX ON v (${KEYS[$1]})"
	once refresh "$1" refresh "$(awk -F'\t' -v n="$SCALE" '$1 == "update" { gsub(":n", n, $4); gsub("[$]1", 7, $4); print $4 }' \
		"$FOLDER/${TABLES[$1]}.tsv")" "REFRESH MATERIALIZED VIEW CONCURRENTLY v" | keep steps "$1" "$SCALE"
	dropdb "$1_refresh"
}

load() { # VIEW
	local view=$1 rows=$LOAD_ROWS sql variant
	[ "$view" != document ] || rows=$((LOAD_ROWS / 10))
	sql=$(sed "s/:n/$SCALE/g; s/:rows/$rows/g" "$FOLDER/${TABLES[$view]}_load.sql")
	# Not for the triggers per row: a group's row is then updated 10,000 times in one transaction, whose dead versions
	# nobody may take away, so that the time is quadratic.
	for variant in $(variants_of "$view" | sed 's/ row//'); do once load "$view" "$variant" "$sql"; done | keep load "$view" "$rows"
	run_sql -d "${view}_none" -c "VACUUM (ANALYZE)"
	run_sql -d "${view}_view" -c "VACUUM (ANALYZE)"
	{
		once table "$view" none "CREATE TABLE w AS $(query "$view")"
		once index "$view" none "CREATE UNIQUE INDEX ON w (${KEYS[$view]})"
		run_sql -d "${view}_none" -c "DROP TABLE w" >&2
		once fill "$view" none "$(declaration "$view")"
		once complete "$view" view "SELECT deltaview.refresh('v', 'complete')"
	} | keep load "$view" "$rows"
}

profile() { # VIEW, step
	local pid running
	: >"$WORK/client.err"
	client steps "$FOLDER/${TABLES[$1]}.tsv" "$SCALE" 1 6 "view=dbname=$1_view" -- "$2" >"$WORK/profile.tsv" &
	running=$!
	until pid=$(awk -F'\t' 'END { if (NR == 0) exit 1; print $3 }' "$WORK/client.err"); do
		kill -0 $running || return 1
		sleep 0.1
	done
	perf record -q -e instructions:u -F 4000 -g -o "$WORK/perf.data" -p "$pid" -- sleep 5 >/dev/null
	wait $running
	say "$1, $2"
	python3 "$FOLDER/profile.py" "$WORK/perf.data" "$(awk -F'\t' '{ print $7 / $4 }' "$WORK/profile.tsv")"
}

say "$(nproc) cores, $(postgres --version), $ROUNDS rounds of $SECONDS_EACH s"
for view in $VIEWS; do
	if has "$PARTS" profile; then
		make_none "$view" "$SCALE"
		make_view "$view"
		for step in ${STEPS:-update twenty}; do profile "$view" "$step"; done
		drop "$view"
	fi
	if has "$PARTS" steps || has "$PARTS" load; then
		make_none "$view" "$SCALE"
		make_view "$view"
		make_others "$view"
		say "$view: made, $SCALE rows ($SECONDS s)"
	fi
	if has "$PARTS" steps; then
		# shellcheck disable=SC2046
		steps steps "$view" "$SCALE" "$STEPS" $(variants_of "$view")
		[ -n "$STEPS" ] || refresh "$view"
		# shellcheck disable=SC2046
		check "$view" $(variants_of "$view")
	fi
	if has "$PARTS" load; then
		load "$view"
		# shellcheck disable=SC2046
		check "$view" $(variants_of "$view")
	fi
	drop "$view"
	if has "$PARTS" growth && [[ $view = join || $view = document ]]; then
		for size in $GROWTH; do
			make_none "$view" "$size"
			make_view "$view"
			steps growth "$view" "$size" "update insert delete parent" none view
			check "$view" view
			drop "$view"
		done
	fi
done

[ "$PARTS" != profile ] || exit 0
sed -i '/^#/d' "$RESULTS"
sed -i "1i # $(date +%F); $(nproc) cores; $(postgres --version | sed 's/ (Debian.*//'); work_mem $WORK_MEM; $ROUNDS rounds of $SECONDS_EACH s" "$RESULTS"
if [ "${WRITE_DOCS:-0}" = 1 ]; then
	python3 "$FOLDER/table.py" "$RESULTS" docs/performance.md
	python3 "$FOLDER/plot.py" "$RESULTS" docs/performance.svg
fi
python3 "$FOLDER/table.py" "$RESULTS"
