#!/bin/bash
# make demo: the order documents at full size, on a private server and a private document store, from a bare machine.
. "$(dirname "$0")/lib.sh"
bash ci/install.sh demo
bash ci/store.sh install
find_server
start_work
make_tree
start_server "shared_buffers = 512MB" "max_wal_size = 4GB" "jit = off" "checkpoint_timeout = 30min" \
	"wal_level = logical" "shared_preload_libraries = 'pg_deltaview_sink'" "log_replication_commands = off" "log_min_messages = warning"
MONGO_PASSWORD=$(head -c 18 /dev/urandom | base64)
export STORE_PASSWORD=$MONGO_PASSWORD
PORT=${STORE_PORT:-27299}
trap 'bash ci/store.sh kill "$WORK/run/store" || true; end_work' EXIT
bash ci/store.sh start "$WORK/run/store" "$PORT" --user shop
cp -r examples/order_documents "$WORK/run/demo"
if [ "$(id -u)" = 0 ]; then chown -R "$SERVER_USER" "$WORK/run/demo"; fi
createdb shop
as_user env -C "$WORK/run/demo" PATH="$PATH" PGDATABASE=shop CRASH_PGDATA="$WORK/run/data" CRASH_LOG="$WORK/log" \
	MONGO_URI="mongodb://127.0.0.1:$PORT/" MONGO_USER=shop MONGO_PASSWORD="$MONGO_PASSWORD" \
	MONGO_CLIENT="/usr/bin/python3 $WORK/run/store/programs/client.py --port $PORT" bash run.sh
