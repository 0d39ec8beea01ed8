# The documents as a collection of MongoDB, for run.sh; sourced.  Each function does nothing where MONGO_URI is not set.
in_collection='' # how many documents it has
collection_from='' # where in the log the step began that it is to take in

with_mongo() { [ -n "${MONGO_URI:-}" ]; }
# A command as names and values; the reply as extended JSON, with all that a cursor gives as "documents".
mongo() { STORE_PASSWORD=$MONGO_PASSWORD $MONGO_CLIENT --user "$MONGO_USER" <<<"[${1//$'\n'/ }, \"\$db\", \"shop\"]"; }

collection_start() {
	with_mongo || return 0
	local start
	progress "the collection"
	printf '\n'
	grep -v '^--' sink.sql
	printf '\n'
	start=$(ms)
	psql -Xq -v ON_ERROR_STOP=1 -v uri="$MONGO_URI" -v user="$MONGO_USER" -v password="$MONGO_PASSWORD" -f sink.sql >/dev/null
	wait_for "SELECT state = 'streaming' FROM deltaview.sink_stats"
	progress "  copied in $(show_ms $(($(ms) - start))), by $(grep -c ';$' sink.sql) statements"
	mongo '"createIndexes", "orders", "indexes", [
		{"name": "customer", "key": {"customer_info.customer_id": 1}}, {"name": "item", "key": {"order_items.order_id": 1}}]' >/dev/null
	collection_from=$(ask "SELECT pg_current_wal_insert_lsn()")
	collection_verify
}

# After a transaction that changed so many documents: counts those of the collection, once the sink has taken it in.
collection_follow() {
	with_mongo || return 0
	[ "$1" = 0 ] || wait_for "SELECT state = 'streaming' AND last_lsn > '$collection_from' FROM deltaview.sink_stats"
	collection_from=$(ask "SELECT pg_current_wal_insert_lsn()")
	in_collection=$(mongo '"aggregate", "orders", "pipeline", [{"$count": "n"}], "cursor", {}' |
		sed -n 's/.*"n": {"$number[A-Za-z]*": "\([0-9]*\)"}.*/\1/p')
	progress "  in the collection: $in_collection documents"
	[ "$in_collection" = "$(ask "SELECT count(*) FROM order_single_view")" ] || problem "the collection has $in_collection documents"
}

collection_verify() {
	with_mongo || return 0
	local differ
	wait_for "SELECT state = 'streaming' FROM deltaview.sink_stats"
	differ=$(ask "SELECT count(*) FROM deltaview.verify_sink('orders')")
	progress "  collection and view: $differ differences"
	[ "$differ" = 0 ] || problem "$differ documents of the collection differ"
}

# find_one FIELD VALUE: the first document, as findOne in MongoDB's shell shows it.
find_one() {
	with_mongo || return 0
	local found
	found=$(mongo "\"find\", \"orders\", \"filter\", {\"$1\": \"$2\"}, \"limit\", 1, \"singleBatch\", true")
	printf '\ndb.orders.findOne({"%s": "%s"})\n%s\n' "$1" "$2" "$found"
	grep -q "\"$2\"" <<<"$found" || problem "nothing found by $1"
}
