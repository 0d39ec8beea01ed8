#!/bin/bash
# bench/concurrency.sh: transactions per second for more and more clients, without a view, with it, and with triggers
# by hand that keep the same rows; every commit waits for its WAL.  By an optimised build on a private server.
# May be set: ROUNDS (5), SECONDS_EACH (4), CLIENTS ("1 2 4 8 16"), WORKLOADS ("join branches total").
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh check
ROUNDS=${ROUNDS:-5}
SECONDS_EACH=${SECONDS_EACH:-4}
CLIENTS=${CLIENTS:-1 2 4 8 16}
WORKLOADS=${WORKLOADS:-join branches total}
FOLDER=$TOP/bench/concurrency
VARIANTS=(none view trigger)
declare -A TABLES=([join]=orders [branches]=accounts [total]=accounts)
declare -A TITLES=([join]="(a) a join; each transaction inserts an order with three items"
	[branches]="(b) a sum for each of 100 branches; each transaction updates one of 100,000 accounts"
	[total]="(c) one sum over all 100,000 accounts; each transaction updates one of them")
declare -A VISIBLE=([join]="order_id, no, customer, product, amount" [branches]="branch, accounts, balance"
	[total]="accounts, balance")

find_server
start_work
make_tree
start_server "fsync = on" "synchronous_commit = on" "shared_buffers = 1GB" "max_wal_size = 16GB" "jit = off" \
	"checkpoint_timeout = 1h" "autovacuum = off" "max_connections = 200" "log_min_messages = error"

run_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# make_databases WORKLOAD: one for each variant, alike but for it.
make_databases() {
	local base=$1_none query variant
	query=$(cat "$FOLDER/$1.sql")
	createdb "$base"
	run_sql -d "$base" -c "CREATE EXTENSION pg_deltaview" -f "$FOLDER/${TABLES[$1]}.sql"
	createdb -T "$base" "$1_view"
	createdb -T "$base" "$1_trigger"
	run_sql -d "$1_view" -c "SELECT deltaview.create_view('v', \$q\$ $query \$q\$)" >/dev/null
	run_sql -d "$1_trigger" -v query="$query" -f "$FOLDER/$1_trigger.sql"
	for variant in "${VARIANTS[@]}"; do
		run_sql -d "$1_$variant" -c "VACUUM (ANALYZE)"
		measure "$1" "$variant" 2 2 >/dev/null
	done
}

# measure WORKLOAD VARIANT CLIENTS SECONDS: transactions per second, failed transactions
measure() {
	pgbench -n -M prepared -c "$3" -j "$(nproc)" -T "$4" -f "$FOLDER/${TABLES[$1]}.pgbench" "$1_$2" 2>"$WORK/pgbench.err" |
		awk '/^number of failed/ { failed = $5 } /^tps/ { tps = $3 } END { if (tps == "") exit 1; print tps, failed + 0 }' ||
		{ cat "$WORK/pgbench.err" >&2; return 1; }
}

counters() { run_sql -d "$1_view" -c "SELECT lock_waits || ' ' || escalations FROM deltaview.stats"; }

median() { sort -g | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }

# rounds WORKLOAD: in each, every number of clients; for these the variants, in another order each time.
rounds() {
	local round clients at variant before after
	for ((round = 0; round < ROUNDS; round++)); do
		for clients in $CLIENTS; do
			for at in 0 1 2; do
				variant=${VARIANTS[(round + at) % 3]}
				before=$(counters "$1")
				measure "$1" "$variant" "$clients" "$SECONDS_EACH" >>"$WORK/$1.$clients.$variant"
				after=$(counters "$1")
				[ "$variant" != view ] || echo "$before $after" >>"$WORK/$1.$clients.counters"
			done
		done
	done
}

report() {
	local clients none view trigger
	printf '%s\n' "${TITLES[$1]}"
	printf '%8s %10s %10s %7s %10s %7s %11s %12s %7s\n' clients without view ratio trigger ratio "lock waits" escalations failed
	for clients in $CLIENTS; do
		none=$(median <"$WORK/$1.$clients.none")
		view=$(median <"$WORK/$1.$clients.view")
		trigger=$(median <"$WORK/$1.$clients.trigger")
		awk -v c="$clients" -v n="$none" -v v="$view" -v t="$trigger" \
			-v f="$(cat "$WORK/$1.$clients".{none,view,trigger} | awk '{ f += $2 } END { print f }')" \
			'{ waits += $3 - $1; escalations += $4 - $2 }
			END { printf "%8d %10.0f %10.0f %7.2f %10.0f %7.2f %11d %12d %7d\n", c, n, v, v / n, t, t / n, waits, escalations, f }' \
			"$WORK/$1.$clients.counters"
	done
}

# What is left differs from the query in no row, whoever kept it.
check() {
	local query variant wrong
	query=$(cat "$FOLDER/$1.sql")
	for variant in view trigger; do
		wrong=$(run_sql -d "$1_$variant" -c "WITH q AS ($query), v AS (SELECT ${VISIBLE[$1]} FROM v)
			SELECT count(*) FROM ((TABLE q EXCEPT ALL TABLE v) UNION ALL (TABLE v EXCEPT ALL TABLE q)) d")
		echo "rows of the $variant that differ from the query: $wrong"
	done
}

say "median of $ROUNDS rounds of $SECONDS_EACH s, $(nproc) cores, $(postgres --version)"
for workload in $WORKLOADS; do
	make_databases "$workload"
	rounds "$workload"
	echo
	report "$workload"
	check "$workload"
done
