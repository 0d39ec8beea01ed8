#!/bin/bash
# make demo: the order documents at full size, on a private server, from a bare machine.
. "$(dirname "$0")/lib.sh"
bash ci/install.sh demo
find_server
start_work
make_tree
start_server "shared_buffers = 512MB" "max_wal_size = 4GB" "jit = off" "checkpoint_timeout = 30min"
cp -r examples/order_documents "$WORK/run/demo"
if [ "$(id -u)" = 0 ]; then chown -R "$SERVER_USER" "$WORK/run/demo"; fi
createdb shop
as_user env -C "$WORK/run/demo" PATH="$PATH" PGDATABASE=shop CRASH_PGDATA="$WORK/run/data" CRASH_LOG="$WORK/log" \
	bash run.sh
