#!/bin/bash
# bench/sink.sh: documents per second of a sink, in its copy and in the stream, beside plain bulk writes of the same
# documents by libmongoc, as mongoimport makes them, in the same run; and how long after a commit its change is in the
# collection.  The order documents at full size, by an optimised build, on DocumentDB, or the server of STORE_URI.
# May be set: ROUNDS (3), SAMPLES (300), CHANGED (20000) documents per round in the stream, JOBS (2).
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh check
ROUNDS=${ROUNDS:-3}
SAMPLES=${SAMPLES:-300}
CHANGED=${CHANGED:-20000}
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

say "$(nproc) cores, $(postgres --version); $documents documents; $JOBS connections"
for ((round = 1; round <= ROUNDS; round++)); do
	start=$(seconds)
	run_sql -d shop -c "SELECT deltaview.create_sink('order_single_view', 'store', 'bench', 'orders',
		'{\"replace\": true, \"copy_jobs\": $JOBS}')" >/dev/null
	await_state streaming
	copy=$(rate "$documents" "$start" "$(seconds)")
	bulk=$(bench insert "$STORE_URI" bench orders "bulk_$round" "$JOBS" 1000)
	one=$(bench insert "$STORE_URI" bench orders "bulk_one_$round" 1 1000)
	again=$(bench replace "$STORE_URI" bench orders "bulk_$round" 1 1000)

	# Commits of 20 orders each, which wait in the log; from the start of the sink until the last one is in the collection.
	run_sql -d shop -c "SELECT deltaview.stop_sink('orders')" >/dev/null
	await_state stopped
	before=$(stat rows_applied)
	start=$(seconds)
	for ((i = 0; i < CHANGED / 20; i++)); do
		printf "UPDATE ecom_orders SET order_status = 'round %s' WHERE order_id IN (SELECT md5('order' || i) FROM generate_series(%s, %s) i);\n" \
			$round $((i * 20 + 1)) $((i * 20 + 20))
	done | run_sql -d shop
	written=$(rate "$CHANGED" "$start" "$(seconds)")
	start=$(seconds)
	run_sql -d shop -c "SELECT deltaview.start_sink('orders')" >/dev/null
	until [ $(($(stat rows_applied) - before)) -ge "$CHANGED" ]; do sleep 0.05; done
	stream=$(rate "$CHANGED" "$start" "$(seconds)")
	echo "round $round: copy $copy, plain inserts $bulk (by one connection $one); stream $stream, plain replaces $again (the changes were written at $written)"
	echo "$copy $bulk $one $stream $again" >>"$WORK/rates"
	if [ "$round" = "$ROUNDS" ]; then
		latency=$(bench latency "$STORE_URI" bench orders "dbname=shop" "$SAMPLES")
		differ=$(run_sql -d shop -c "SELECT count(*) FROM deltaview.verify_sink('orders')")
	fi
	run_sql -d shop -c "SELECT deltaview.drop_sink('orders')" >/dev/null
	until [ "$(run_sql -d shop -c "SELECT count(*) FROM deltaview.sink_catalog")" = 0 ]; do sleep 0.05; done
done

column() { cut -d' ' -f"$1" "$WORK/rates" | median; }
row() { printf '%-58s %10s %10s\n' "$@"; }
share() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
echo
row "median of $ROUNDS rounds" "per second" "of inserts"
row "plain bulk inserts, $JOBS connections" "$(column 2)" 1.00
row "plain bulk inserts, 1 connection" "$(column 3)" "$(share "$(column 3)" "$(column 2)")"
row "plain bulk replaces, 1 connection" "$(column 5)" "$(share "$(column 5)" "$(column 2)")"
row "the sink's copy, from create_sink until it streams" "$(column 1)" "$(share "$(column 1)" "$(column 2)")"
row "the sink's stream, of changes that waited for it" "$(column 4)" "$(share "$(column 4)" "$(column 2)")"
echo "the stream, of plain replaces: $(share "$(column 4)" "$(column 5)")"
echo "from commit to visible: $latency"
echo "documents that differ in the end: $differ"
