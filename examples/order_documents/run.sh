#!/bin/bash
# The order documents at full size: fills a web shop's six tables, declares the
# view, changes the shop step by step, and shows after each step what it cost,
# beside a full recompute, and that view and query agree, and a collection of
# MongoDB with both.
#
# Runs in the database that psql would connect to (PGHOST, PGDATABASE, ...; it
# must be empty).  With CRASH_PGDATA and CRASH_LOG, the data directory and log of
# that very server, the last steps kill it with SIGKILL and start it again.
set -euo pipefail
cd "$(dirname "$0")"
EXPECTED=${EXPECTED:-99441}
. ./collection.sh
problems=()
progress() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }
problem() { problems+=("$*"); progress "WRONG: $*"; }
ask() { psql -XqAt -v ON_ERROR_STOP=1 -c "$1"; }
expect() { # what, wanted, query
	local got
	got=$(ask "$3")
	if [ "$got" = "$2" ]; then progress "  $1: $got"; else problem "$1: $got, should be $2"; fi
}
ms() { printf '%d' $((${EPOCHREALTIME/[.,]/} / 1000)); }
show_ms() { # milliseconds
	if [ "$1" -lt 1000 ]; then printf '%d ms' "$1"; else printf '%d.%02d s' $(($1 / 1000)) $(($1 % 1000 / 10)); fi
}

wait_for() { # query that should say t
	local i
	for ((i = 0; i < 30000; i++)); do
		[ "$(ask "$1")" != t ] || return 0
		sleep 0.02
	done
	problem "waited in vain: $1"
}

# One session does all the writing, as an application's pooled connection would.
writer_open() {
	coproc WRITER { psql -XAt 2>&1; }
	writer_in=${WRITER[1]} writer_out=${WRITER[0]} writer_pid=$WRITER_PID
	send 'SELECT 1'
}
writer_close() {
	echo '\q' >&"$writer_in"
	wait "$writer_pid" 2>/dev/null || true
}
# Sends statements; sets `took`, `rows` (by the command tags) and `reply`.
send() {
	local start line
	rows=0 reply=
	start=$(ms)
	printf '%s;\nSELECT $$-- done$$;\n' "$1" >&"$writer_in"
	while IFS= read -r line <&"$writer_out"; do
		case $line in
		'-- done') break ;;
		'INSERT 0 '* | 'UPDATE '* | 'DELETE '*) rows=$((rows + ${line##* })) ;;
		ERROR:* | FATAL:* | PANIC:* | psql:* | 'server closed'*)
			problem "$line"
			problem_seen=yes
			;;
		*) reply+=$line$'\n' ;;
		esac
	done
	took=$(($(ms) - start))
	if [ "${line:-}" != '-- done' ]; then
		problem "the session ended"
		finish
	fi
}

names=() changed_rows=() changed_documents=() times=() recomputes=() verifies=() collections=()
recompute=0

measure_recompute() {
	send "SELECT deltaview.refresh('order_single_view', 'complete')"
	recompute=$took
	progress "  full recompute: $(show_ms "$recompute"), ${reply%%$'\n'*} rows differ"
	[ "${reply%%$'\n'*}" = 0 ] || problem "a recompute changed ${reply%%$'\n'*} rows"
}

# Counts the documents that are not what they were at the last call.
count_changes() {
	documents=$(ask "SET client_min_messages = warning;
		CREATE TABLE demo_now AS SELECT order_id, hashtextextended(document::text, 0) AS hash FROM order_single_view;
		SELECT count(*) FROM demo_now n FULL JOIN demo_before b USING (order_id) WHERE n.hash IS DISTINCT FROM b.hash;
		DROP TABLE demo_before;
		ALTER TABLE demo_now RENAME TO demo_before")
}

# note NAME ROWS TIME [RECOMPUTE]: a finished step, verified, as a line of the table.
note() {
	local wrong
	count_changes
	wrong=$(ask "SELECT count(*) FROM deltaview.verify('order_single_view')")
	names+=("$1") changed_rows+=("$2") changed_documents+=("$documents") times+=("$3") recomputes+=("${4-$recompute}") verifies+=("$wrong")
	progress "  $2 rows, $documents documents changed, $(show_ms "$3"), verify: $wrong differences"
	[ "$wrong" = 0 ] || problem "step \"$1\": $wrong differences"
	collection_follow "$documents"
	collections+=("$in_collection")
}

# step NAME STATEMENTS: in one transaction.
step() {
	progress "$1"
	send "BEGIN; $2; COMMIT"
	note "$1" "$rows" "$took"
}

finish() {
	local i recompute_text ratio slow=()
	printf '\n%-52s %8s %10s %9s %10s %7s  %-13s %10s\n' step rows documents time recompute ratio verify collection
	for i in "${!names[@]}"; do
		recompute_text='' ratio=''
		if [ -n "${recomputes[i]}" ]; then
			recompute_text=$(show_ms "${recomputes[i]}")
			ratio=$(awk -v t="${times[i]}" -v r="${recomputes[i]}" 'BEGIN {
				if (t < 1) t = 1
				if (r > t) printf "1/%.0f", r / t; else printf "%.1f", t / (r > 0 ? r : 1) }')
			case ${names[i]} in
			3.*) [ "${times[i]}" -le $((recomputes[i] * 2)) ] || slow+=("more than two recomputes: ${names[i]}") ;;
			*) [ $((times[i] * 20)) -le "${recomputes[i]}" ] || slow+=("more than 1/20 of a recompute: ${names[i]}") ;;
			esac
		fi
		printf '%-52s %8s %10s %9s %10s %7s  %-13s %10s\n' "${names[i]}" "${changed_rows[i]}" "${changed_documents[i]}" \
			"$(show_ms "${times[i]}")" "$recompute_text" "$ratio" "${verifies[i]} differences" "${collections[i]}"
	done
	printf '%s\n' "${slow[@]}"
	echo
	if [ ${#problems[@]} -gt 0 ]; then
		printf 'WRONG: %s\n' "${problems[@]}"
		exit 1
	fi
	echo "Every step: view and query agree."
	exit 0
}

progress "six tables"
psql -Xq -v ON_ERROR_STOP=1 -f schema.sql -f generate.sql
psql -X -c "SELECT (SELECT count(*) FROM ecom_customers) AS customers, (SELECT count(*) FROM ecom_orders) AS orders,
	(SELECT count(*) FROM ecom_order_items) AS items, (SELECT count(*) FROM ecom_order_payments) AS payments,
	(SELECT count(*) FROM ecom_products) AS products, (SELECT count(*) FROM ecom_sellers) AS sellers"

progress "the view"
printf '\n'
grep -v '^--' view.sql
printf '\n'
start=$(ms)
psql -Xq -v ON_ERROR_STOP=1 -c "CREATE EXTENSION pg_deltaview" -f view.sql >/dev/null
progress "  made and filled in $(show_ms $(($(ms) - start))), by $(grep -c ';$' view.sql) statements"
psql -Xq -v ON_ERROR_STOP=1 -f indexes.sql
psql -X -c "SELECT base_table, strategy, incremental, reason FROM deltaview.explain('order_single_view')"

progress "the indexes that its maintenance wants"
while IFS= read -r advice; do
	[ -n "$advice" ] || continue
	progress "  $advice"
	psql -Xq -v ON_ERROR_STOP=1 -c "$advice"
done < <(ask "SELECT DISTINCT advice FROM deltaview.explain('order_single_view') WHERE advice IS NOT NULL ORDER BY 1")
ask "VACUUM (ANALYZE) ecom_orders, ecom_order_items, order_single_view"

ask "CREATE TABLE demo_before AS SELECT order_id, hashtextextended(document::text, 0) AS hash FROM order_single_view"
expect "documents" "$EXPECTED" "SELECT count(*) FROM order_single_view"
expect "differences" 0 "SELECT count(*) FROM deltaview.verify('order_single_view')"
expect "documents that differ from the query by hand" 0 "SELECT count(*) FROM order_single_view v
	FULL JOIN ($(cat by_hand.sql)) q USING (order_id) WHERE v.document IS DISTINCT FROM q.document"
collection_start
writer_open
measure_recompute

# Orders of the shop that the steps below change, and what they should find.
mapfile -t order < <(ask "SELECT order_id FROM ecom_order_items GROUP BY 1 HAVING count(*) = 2 ORDER BY 1 LIMIT 4")
customers=$(ask "SELECT string_agg(quote_literal(customer_id), ',') FROM (
	SELECT DISTINCT customer_id FROM ecom_orders ORDER BY customer_id LIMIT 10) c")
customer=$(ask "SELECT min(customer_id) FROM ecom_orders WHERE customer_id IN ($customers)")
best=$(ask "SELECT product_id FROM ecom_order_items GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
product=$(ask "SELECT min(product_id) FROM ecom_order_items WHERE order_id = '${order[1]}'")
seller=$(ask "SELECT seller_id FROM ecom_order_items GROUP BY 1 HAVING count(*) <= 50 ORDER BY count(*) DESC, 1 LIMIT 1")

step "1. items of two orders, before the orders" "
	INSERT INTO ecom_order_items
	SELECT md5('new order' || i), 1, md5('product' || i), md5('seller' || i), timestamp '2018-10-25', 20 + i, 9.90
	FROM generate_series(9, 10) i"
step "1. ten orders, four of them before their customers" "
	SELECT setseed(0.42);
	INSERT INTO ecom_orders
	SELECT md5('new order' || i), md5(CASE WHEN i <= 6 THEN 'customer' || i * 7 ELSE 'new customer' || i END),
		(ARRAY['created', 'approved', 'processing', 'invoiced', 'shipped'])[1 + s], bought,
		CASE WHEN s > 0 THEN bought + interval '1 hour' * later END,
		CASE WHEN s = 4 THEN bought + interval '3 hours' * later END, NULL, date_trunc('day', bought) + interval '25 days'
	FROM (SELECT i, floor(random() * 5)::integer AS s, random() AS later,
			date_trunc('second', timestamp '2018-10-01' + random() * interval '17 days') AS bought
		FROM generate_series(1, 10) i) d;
	INSERT INTO ecom_order_items
	SELECT md5('new order' || i), n, md5('product' || i * n), md5('seller' || i), timestamp '2018-10-25', 20 + i * n, 9.90
	FROM generate_series(1, 5) i, generate_series(1, 2) n;
	INSERT INTO ecom_order_payments
	SELECT md5('new order' || i), 1, 'credit_card', 1 + i % 3, 59.90 + 3 * i FROM generate_series(1, 5) i"
expect "documents" $((EXPECTED + 10)) "SELECT count(*) FROM order_single_view"
expect "without a customer" 4 "SELECT count(*) FROM order_single_view WHERE document->'customer_info' = 'null'"
step "1. their missing customers, items and payments" "
	INSERT INTO ecom_customers
	SELECT md5('new customer' || i), md5('new person' || i), 1000 + i, 'recife', 'PE' FROM generate_series(7, 10) i;
	INSERT INTO ecom_order_items
	SELECT md5('new order' || i), 1, md5('product' || i), md5('seller' || i), timestamp '2018-10-25', 20 + i, 9.90
	FROM generate_series(6, 8) i;
	INSERT INTO ecom_order_payments
	SELECT md5('new order' || i), 1, 'boleto', 1, 29.90 + i FROM generate_series(6, 10) i"
expect "without a customer" 0 "SELECT count(*) FROM order_single_view WHERE document->'customer_info' = 'null'"

step "2. ten customers' city gets the prefix CITY_" "
	UPDATE ecom_customers SET customer_city = 'CITY_' || customer_city WHERE customer_id IN ($customers)"
expect "documents with CITY_" "$(ask "SELECT count(*) FROM ecom_orders WHERE customer_id IN ($customers)")" \
	"SELECT count(*) FROM order_single_view WHERE document #>> '{customer_info,customer_city}' LIKE 'CITY\_%'"

cheap=$(ask "SELECT count(DISTINCT order_id) FROM ecom_order_items JOIN ecom_orders USING (order_id) WHERE price < 200")
total=$(ask "SELECT sum(price) + 40 * count(*) FILTER (WHERE price < 200) FROM ecom_order_items JOIN ecom_orders USING (order_id)")
step "3. every item under 200 becomes 40 dearer" "
	UPDATE ecom_order_items SET price = price + 40 WHERE price < 200"
[ "$documents" = "$cheap" ] || problem "$documents documents changed, should be $cheap"
collection_verify
expect "all prices in the documents" "$total" "SELECT sum((item->>'price')::numeric)
	FROM order_single_view, jsonb_array_elements(document->'order_items') item"
measure_recompute
recomputes[${#recomputes[@]} - 1]=$recompute

step "4. an item moves from one order to another" "
	UPDATE ecom_order_items SET order_id = '${order[1]}', order_item_id = 3
	WHERE order_id = '${order[0]}' AND order_item_id = 2"
expect "items in the two documents" "1,3" "SELECT string_agg(jsonb_array_length(document->'order_items')::text, ',' ORDER BY order_id)
	FROM order_single_view WHERE order_id IN ('${order[0]}', '${order[1]}')"
step "4. an order is deleted, with items and payments" "
	DELETE FROM ecom_order_items WHERE order_id = '${order[2]}';
	DELETE FROM ecom_order_payments WHERE order_id = '${order[2]}';
	DELETE FROM ecom_orders WHERE order_id = '${order[2]}'"
expect "documents" $((EXPECTED + 9)) "SELECT count(*) FROM order_single_view"
step "4. a seller moves" "
	UPDATE ecom_sellers SET seller_city = 'olinda', seller_state = 'PE' WHERE seller_id = '$seller'"
step "4. the best seller among the products is renamed" "
	UPDATE ecom_products SET product_category_name = 'renamed' WHERE product_id = '$best'"
expect "documents with the new name" "$documents" "SELECT count(*) FROM order_single_view
	WHERE document @> '{\"order_items\": [{\"product\": {\"product_category_name\": \"renamed\"}}]}'"

progress "4. a transaction that rolls back, flushed on its way"
send "BEGIN;
	UPDATE ecom_customers SET customer_city = 'nowhere' WHERE customer_id = '$customer';
	DELETE FROM ecom_orders WHERE order_id = '${order[3]}';
	SELECT deltaview.flush();
	UPDATE ecom_order_items SET price = 0 WHERE order_id = '${order[1]}';
	ROLLBACK"
note "4. a transaction that rolls back" "$rows" "$took"
[ "$documents" = 0 ] || problem "the rollback left $documents documents changed"

# SIGKILL for the server and all of its children at once, then a restart.
crash() {
	local pid stat children=() all
	pid=$(head -1 "$CRASH_PGDATA/postmaster.pid")
	for stat in /proc/[0-9]*/stat; do
		read -r stat 2>/dev/null <"$stat" || continue
		# shellcheck disable=SC2086
		set -- ${stat##*) }
		if [ "$2" = "$pid" ]; then children+=("${stat%% *}"); fi
	done
	all=("$pid" "${children[@]}")
	kill -9 "${all[@]}" 2>/dev/null || true
	for pid in "${all[@]}"; do
		while [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do sleep 0.05; done
	done
	wait "$victim" 2>/dev/null || true
	progress "  killed ${#all[@]} processes; starting again"
	# A child of ours, not pg_ctl's: somebody must reap it when it is killed again.
	setsid postgres -D "$CRASH_PGDATA" >>"$CRASH_LOG" 2>&1 &
	pid=$!
	disown
	until pg_isready -q; do
		[ -e "/proc/$pid" ] || { tail -20 "$CRASH_LOG"; problem "the server did not start again"; finish; }
		sleep 0.1
	done
}

writer_close
if [ -n "${CRASH_PGDATA:-}" ]; then
	progress "4. the server is killed inside a transaction, after a flush"
	start=$(ms)
	(
		printf '%s\n' "BEGIN;" "DELETE FROM ecom_order_items WHERE order_id = '${order[1]}';" \
			"UPDATE ecom_products SET product_category_name = 'lost' WHERE product_id = '$best';" \
			"SELECT deltaview.flush();" "SELECT pg_sleep(600);"
	) | PGAPPNAME=victim psql -XqAt >/dev/null 2>&1 &
	victim=$!
	wait_for "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%pg_sleep%' AND state = 'active'"
	crash
	note "4. kill -9 inside a transaction, and restart" 0 $(($(ms) - start)) ""
	[ "$documents" = 0 ] || problem "the crash left $documents documents changed"

	progress "4. the server is killed inside the COMMIT of a change to every item"
	start=$(ms)
	before=$(ask "SELECT sum(price) FROM ecom_order_items")
	printf '%s\n' "BEGIN;" "UPDATE ecom_order_items SET price = price + 1;" "COMMIT;" |
		PGAPPNAME=victim psql -XqAt >/dev/null 2>&1 &
	victim=$!
	wait_for "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE 'COMMIT%' AND state = 'active'"
	sleep "$(awk -v r="$recompute" 'BEGIN { print r / 4000 }')"
	crash
	if [ "$(ask "SELECT sum(price) FROM ecom_order_items")" = "$before" ]; then
		progress "  the change is gone, whole"
	else
		progress "  the change had been committed, whole"
	fi
	note "4. kill -9 inside a COMMIT, and restart" 0 $(($(ms) - start)) ""
else
	progress "no CRASH_PGDATA: the server is not killed"
fi

expect "documents" $((EXPECTED + 9)) "SELECT count(*) FROM order_single_view"
collection_verify

printf '\nLook-ups, by order, by customer and by product:\n'
lookup() {
	local plan
	plan=$(ask "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $1")
	printf '\n%s\n%s\n' "$1" "$plan"
	grep -q 'Index Scan\|Bitmap Index' <<<"$plan" || problem "no index for: $1"
}
lookup "SELECT document FROM order_single_view WHERE order_id = '${order[1]}'"
lookup "SELECT document FROM order_single_view WHERE document ->> 'customer_id' = '$customer'"
lookup "SELECT order_id FROM order_single_view
	WHERE jsonb_path_query_array(document, '\$.order_items[*].product_id') @> '[\"$product\"]'"
find_one customer_info.customer_id "$customer"
find_one order_items.order_id "${order[1]}"
printf '\nA document:\n'
ask "SELECT jsonb_pretty(document) FROM order_single_view WHERE document ->> 'customer_id' = '$customer' ORDER BY order_id LIMIT 1"
finish
