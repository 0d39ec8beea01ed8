#!/bin/bash
# bench/sink.sh: documents per second of a sink, in its copy and in the stream, beside plain bulk writes of the same
# documents by libmongoc, as mongoimport makes them, in the same run; and how long after a commit its change is in the
# collection.  The order documents at full size, by an optimised build, on DocumentDB, or the server of STORE_URI.
# May be set: ROUNDS (3), SAMPLES (300), CHANGED (60000) documents per stream, JOBS (2).
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh check
ROUNDS=${ROUNDS:-3}
SAMPLES=${SAMPLES:-300}
CHANGED=${CHANGED:-60000}
JOBS=${JOBS:-2}
FOLDER=$TOP/bench/sink
EXAMPLE=$TOP/examples/order_documents

find_server
start_work
make_tree
start_server "fsync = off" "shared_buffers = 1GB" "max_wal_size = 16GB" "jit = off" "checkpoint_timeout = 1h" \
	"autovacuum = off" "log_min_messages = warning" "wal_level = logical" "shared_preload_libraries = 'pg_deltaview_sink'"
make --no-print-directory -s -C "$FOLDER" PG_CONFIG="$PG_CONFIG"
if [ -z "${STORE_URI:-}" ]; then
	bash ci/store.sh install
	STORE_URI=mongodb://127.0.0.1:${STORE_PORT:-27299}/
	trap 'bash ci/store.sh kill "$WORK/run/store" || true; end_work' EXIT
	bash ci/store.sh start "$WORK/run/store" "${STORE_PORT:-27299}"
fi

run_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
bench() { "$FOLDER/sink" "$@"; }
seconds() { awk -v t="$EPOCHREALTIME" 'BEGIN { printf "%.3f", t }'; }
rate() { awk -v n="$1" -v a="$2" -v b="$3" 'BEGIN { printf "%.0f", n / (b - a) }'; }
median() { sort -g | awk '{ x[NR] = $1 } END { printf "%.0f", (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
stat() { run_sql -d shop -c "SELECT $1 FROM deltaview.sink_stats WHERE sink = 'orders'"; }
await_state() {
	until [ "$(stat state)" = "$1" ]; do
		[ "$(stat state)" != failed ] || die "$(stat last_error)"
		sleep 0.05
	done
}

createdb shop
run_sql -d shop -c "CREATE EXTENSION pg_deltaview" -f "$EXAMPLE/schema.sql" -f "$EXAMPLE/generate.sql"
run_sql -d shop -f "$EXAMPLE/view.sql" >/dev/null 2>&1
run_sql -d shop -c "SELECT advice FROM deltaview.explain('order_single_view')" | sed '/^$/d' | sort -u | run_sql -d shop
run_sql -d shop -c "VACUUM (ANALYZE)"
run_sql -d shop -c "CREATE SERVER store FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri '$STORE_URI')" \
	-c "CREATE USER MAPPING FOR CURRENT_USER SERVER store"
documents=$(run_sql -d shop -c "SELECT count(*) FROM order_single_view")

start_sink() { # way of writing
	run_sql -d shop -c "SELECT deltaview.create_sink('order_single_view', 'store', 'bench', 'orders',
		'{\"replace\": true, \"copy_jobs\": $JOBS, \"write\": \"$1\"}')" >/dev/null
	await_state streaming
}
drop_sink() {
	run_sql -d shop -c "SELECT deltaview.drop_sink('orders')" >/dev/null
	until [ "$(run_sql -d shop -c "SELECT count(*) FROM deltaview.sink_catalog")" = 0 ]; do sleep 0.05; done
}
# Until the sink has brought all that was committed into the collection; by one session, which does not disturb.
caught_up() {
	run_sql -d shop -c "DO \$\$ DECLARE the_end pg_lsn = pg_current_wal_insert_lsn(); BEGIN
		WHILE EXISTS (SELECT FROM pg_replication_slots WHERE confirmed_flush_lsn < the_end) LOOP PERFORM pg_sleep(0.02); END LOOP; END \$\$"
}
# Of 20 orders each, in commits of their own.
commits() { # statement, with %s and %s for the first and the last
	local i
	for ((i = 1; i < CHANGED; i += 20)); do
		# shellcheck disable=SC2059
		printf "$1;\n" $i $((i + 19))
	done
}
# What is committed while the sink is stopped; per second from the start of the sink until all is in the collection.
follow() { # statement
	# With what is decoded already behind the point where the slot begins anew.
	run_sql -d shop -c "CHECKPOINT"
	caught_up
	sleep 2
	run_sql -d shop -c "SELECT deltaview.stop_sink('orders')" >/dev/null
	await_state stopped
	commits "$1" | run_sql -d shop || return
	start=$(seconds)
	run_sql -d shop -c "SELECT deltaview.start_sink('orders')" >/dev/null
	caught_up
	rate "$CHANGED" "$start" "$(seconds)"
}
change_orders() { # what was never their status
	follow "UPDATE ecom_orders SET order_status = 'round $1' WHERE order_id IN (SELECT md5('order' || i) FROM generate_series(%s, %s) i)"
}
# They go before, and come again as they were.
bring_orders() {
	run_sql -d shop -c "CREATE TABLE kept AS SELECT i, o FROM generate_series(1, $CHANGED) i JOIN ecom_orders o ON order_id = md5('order' || i)" \
		-c "CREATE INDEX ON kept (i)" -c "DELETE FROM ecom_orders USING kept WHERE order_id = (o).order_id"
	caught_up
	follow "INSERT INTO ecom_orders SELECT (o).* FROM kept WHERE i BETWEEN %s AND %s"
	run_sql -d shop -c "DROP TABLE kept"
}

say "$(nproc) cores, $(postgres --version); $documents documents; $JOBS connections"
for ((round = 1; round <= ROUNDS; round++)); do
	start=$(seconds)
	start_sink replace
	copy=$(rate "$documents" "$start" "$(seconds)")
	bulk=$(bench insert "$STORE_URI" bench orders "bulk_$round" "$JOBS" 1000)
	one=$(bench insert "$STORE_URI" bench orders "bulk_one_$round" 1 1000)
	again=$(bench replace "$STORE_URI" bench orders "bulk_$round" 1 1000)
	new=$(bring_orders)
	changed=$(change_orders "$round")
	if [ "$round" = "$ROUNDS" ]; then
		latency=$(bench latency "$STORE_URI" bench orders "dbname=shop" "$SAMPLES")
		differ=$(run_sql -d shop -c "SELECT count(*) FROM deltaview.verify_sink('orders')")
	fi
	drop_sink
	start_sink delete_insert
	rewritten=$(change_orders "$round, rewritten")
	drop_sink
	echo "round $round: copy $copy, plain inserts $bulk (by one connection $one); stream: new $new, changed $changed, rewritten $rewritten; plain replaces $again"
	echo "$copy $bulk $one $new $changed $again $rewritten" >>"$WORK/rates"
done

column() { cut -d' ' -f"$1" "$WORK/rates" | median; }
row() { printf '%-58s %10s %10s\n' "$@"; }
share() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
echo
row "median of $ROUNDS rounds" "per second" "of inserts"
row "plain bulk inserts, $JOBS connections" "$(column 2)" 1.00
row "the sink's copy, from create_sink until it streams" "$(column 1)" "$(share "$(column 1)" "$(column 2)")"
row "plain bulk inserts, 1 connection" "$(column 3)" 1.00
row "plain bulk replaces, 1 connection" "$(column 6)" "$(share "$(column 6)" "$(column 3)")"
row "the sink's stream: new documents" "$(column 4)" "$(share "$(column 4)" "$(column 3)")"
row "changed documents, replaced" "$(column 5)" "$(share "$(column 5)" "$(column 3)")"
row "changed documents, deleted and inserted" "$(column 7)" "$(share "$(column 7)" "$(column 3)")"
echo "changed documents, of plain replaces: $(share "$(column 5)" "$(column 6)")"
echo "from commit to visible: $latency"
echo "documents that differ in the end: $differ"
