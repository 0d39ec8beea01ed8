#!/bin/bash
# bench/documents.sh: what each step of the order documents costs per document: with the document view, with triggers by
# hand that build the documents of the orders concerned anew, and by a full recompute; then one item of documents of 2,
# 20 and 200 items, built anew or patched.  In CPU time of the backend, which other work on the machine changes little.
# By an optimised build on a private server.
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh check
FOLDER=$TOP/bench/documents
EXAMPLE=$TOP/examples/order_documents

find_server
start_work
make_tree
start_server "fsync = off" "shared_buffers = 1GB" "max_wal_size = 16GB" "jit = off" "checkpoint_timeout = 1h" \
	"autovacuum = off" "log_min_messages = error"

run_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# Three databases, alike but for who keeps the documents; "shop" is the template, with the query by hand as a view.
make_databases() {
	createdb shop
	run_sql -d shop -c "CREATE EXTENSION pg_deltaview" -f "$EXAMPLE/schema.sql" -f "$EXAMPLE/generate.sql" \
		-c "CREATE VIEW documents AS $(cat "$EXAMPLE/by_hand.sql")" -f "$FOLDER/cpu.sql"
	createdb -T shop view
	createdb -T shop trigger
	createdb -T shop patch
	run_sql -d view -f "$EXAMPLE/view.sql" 2>/dev/null >/dev/null
	run_sql -d view -c "SELECT advice FROM deltaview.explain('order_single_view')" | sed '/^$/d' | sort -u | run_sql -d view
	run_sql -d trigger -c "CREATE TABLE order_single_view AS SELECT * FROM documents" \
		-c "ALTER TABLE order_single_view ADD PRIMARY KEY (order_id)" -f "$FOLDER/trigger.sql"
	for database in view trigger; do run_sql -d $database -c "VACUUM (ANALYZE)"; done
}

# Milliseconds of one transaction; of a short one in a session that has done the same before.
timed() { # database, warm or cold, statements
	{
		[ "$2" = cold ] || printf '%s\n' "BEGIN;" "$3;" "SELECT deltaview.flush() \\g /dev/null" "ROLLBACK;"
		printf '%s\n' "SELECT cpu_ms() AS began \\gset" "BEGIN;" "$3;" "COMMIT;" \
			"SELECT cpu_ms() - :began;"
	} | run_sql -d "$1"
}

written() { run_sql -d view -c "SELECT rows_out FROM deltaview.stats"; }

recompute() {
	run_sql -d view <<-SQL
		SELECT cpu_ms() AS began \gset
		SELECT deltaview.refresh('order_single_view', 'complete') \g /dev/null
		SELECT cpu_ms() - :began;
	SQL
}

say "$(nproc) cores, $(postgres --version); milliseconds of CPU per transaction"
make_databases
whole=$(recompute)
printf 'a full recompute of %s documents: %.0f ms\n\n' "$(run_sql -d view -c "SELECT count(*) FROM order_single_view")" "$whole"
printf '%-46s %9s %10s %12s %10s %12s %10s\n' step documents view 'per doc' trigger 'per doc' recompute
while IFS=$'\t' read -r how name statements; do
	for database in view trigger; do run_sql -d $database -c "VACUUM (ANALYZE)"; done
	before=$(written)
	view=$(timed view "$how" "$statements")
	documents=$(($(written) - before))
	[ "$how" = cold ] || documents=$((documents / 2))
	trigger=$(timed trigger "$how" "$statements")
	awk -v n="$name" -v d="$documents" -v v="$view" -v t="$trigger" -v w="$whole" 'BEGIN {
		printf "%-46s %9d %10.1f %12.3f %10.1f %12.3f %9.1fx\n", n, d, v, v / d, t, t / d, w / v }'
done <"$FOLDER/steps.tsv"

for database in view trigger; do run_sql -d $database -c "VACUUM (ANALYZE)" -f "$FOLDER/one_item.sql" >"$WORK/$database"; done
view=$(tail -1 "$WORK/view")
trigger=$(tail -1 "$WORK/trigger")
awk -v v="$view" -v t="$trigger" -v w="$whole" 'BEGIN {
	printf "%-46s %9d %10.2f %12.3f %10.2f %12.3f %9.0fx\n", "one item, 2,000 times", 1, v, v, t, t, w / v }'
for database in view trigger; do
	echo "documents of the $database that differ from the query: $(run_sql -d $database -c "SELECT count(*)
		FROM order_single_view v FULL JOIN documents d USING (order_id) WHERE v.document IS DISTINCT FROM d.document")"
done
echo
psql -X -q -d patch -f "$FOLDER/patch.sql"
