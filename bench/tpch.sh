#!/bin/bash
# bench/tpch.sh: the table of docs/tpch.md, by an optimised build on a private server.
# TPCH_SCALE (0.1) and TPCH_ROUNDS (15) may be set; arguments go to the program (--query 3).
. "$(dirname "$0")/../ci/lib.sh"
bash ci/install.sh check
find_server
start_work
make_tree
start_server "shared_buffers = 1GB" "max_wal_size = 8GB" "jit = off" "checkpoint_timeout = 30min" "autovacuum = off" \
	"synchronous_commit = off"
make --no-print-directory -j"$(nproc)" -C test/tpch PG_CONFIG="$PG_CONFIG"
createdb tpch
test/tpch/tpch --bench --scale "${TPCH_SCALE:-0.1}" --rounds "${TPCH_ROUNDS:-15}" "$@" \
	--conninfo "host=$PGHOST port=$PGPORT user=postgres dbname=tpch"
