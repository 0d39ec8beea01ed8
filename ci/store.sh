#!/bin/bash
# store.sh install: a document store to test the sink against, DocumentDB on PostgreSQL 18, from Debian forky's packages
#   (that is where they are), unpacked beside the host with libraries of their own.
# store.sh start FOLDER PORT [OPTION...]: starts one there, new if the folder is empty, with the gateway of test/store on
#   that port of the loopback interface; options are the gateway's.  The password of --user is in STORE_PASSWORD.
# store.sh stop|kill FOLDER [server|gateway]: ends both, or one of them; kill is by SIGKILL.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. ci/packages.sh

POSTGRES=18.6 DOCUMENTDB=1.0
ROOT=${STORE_ROOT:-/opt/deltaview-store}
FILES=$ROOT/$POSTGRES-$DOCUMENTDB
PROGRAMS=$FILES/usr/lib/postgresql/18/bin
SERVER_USER=$(test_user)

install_store() {
	local file name
	bash ci/install.sh store
	[ ! -e "$FILES/ready" ] || return 0
	[ "$(id -u)" = 0 ] || die "no document store in $FILES (run ci/store.sh install as root once)"
	say "install DocumentDB $DOCUMENTDB on PostgreSQL $POSTGRES"
	rm -rf "$ROOT"
	mkdir -p "$FILES"
	mkdir "$ROOT/packages"
	cat >"$ROOT/packages/preferences" <<-PIN
		Package: postgresql-18 postgresql-client-18
		Pin: version $POSTGRES*
		Pin-Priority: 1001

		Package: postgresql-18-documentdb
		Pin: version $DOCUMENTDB*
		Pin-Priority: 1001
	PIN
	fetch "$ROOT/packages" forky postgresql-18 postgresql-18-documentdb >"$ROOT/log" 2>&1 || { tail -40 "$ROOT/log"; return 1; }
	unpack "$ROOT/packages" "$FILES"
	for name in postgresql-18_"$POSTGRES" postgresql-18-documentdb_"$DOCUMENTDB"; do
		file=$(basename "$ROOT/packages/cache/archives/${name%_*}"_*.deb)
		[[ $file == "$name"* ]] || echo "warning: $file is not the version that the tests are known to pass with, $name"
	done
	# What its package would link after it was installed.
	ln -sf postgis-3.control "$FILES/usr/share/postgresql/18/extension/postgis.control"
	relocate "$FILES" 18
	rm -rf "$ROOT/packages"
	"$PROGRAMS/postgres" --version
	touch "$FILES/ready"
}

conninfo() { echo "host=$1 port=5432 user=postgres dbname=postgres"; }
answers() { as_user "$PROGRAMS/pg_isready" -q -h "$FOLDER" -p 5432; }
listens() { grep -q "^ready on port $PORT" "$FOLDER/gateway.log" 2>/dev/null; }

start_store() {
	local PORT=$1 fresh=no
	shift
	if [ ! -e "$FOLDER/data/PG_VERSION" ]; then
		fresh=yes
		[ "$(id -u)" != 0 ] || install -d -o "$SERVER_USER" -m 700 "$FOLDER"
		as_user "$PROGRAMS/initdb" -D "$FOLDER/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >/dev/null
		as_user tee -a "$FOLDER/data/postgresql.conf" >/dev/null <<-CONF
			shared_preload_libraries = 'pg_cron, pg_documentdb_core, pg_documentdb'
			cron.database_name = 'postgres'
			cron.launch_active_jobs = off
			documentdb.localhost_connection_string = 'host=$FOLDER'
			listen_addresses = ''
			unix_socket_directories = '$FOLDER'
			max_connections = 200
			log_min_messages = error
			log_min_error_statement = panic
			fsync = off
		CONF
		# A copy, for the user may not be one who can read ours.
		as_user mkdir "$FOLDER/programs"
		tar -C "$TOP/test/store" -c . | as_user tar -C "$FOLDER/programs" -x
	fi
	if ! alive server; then
		# Where nobody reaps it, the one that was killed seems to hold it.
		as_user rm -f "$FOLDER/data/postmaster.pid"
		launch server "$PROGRAMS/postgres" -D "$FOLDER/data"
	fi
	await 60 answers || { tail -20 "$FOLDER/server.log"; die "the store's server does not start"; }
	if [ $fresh = yes ]; then
		as_user "$PROGRAMS/psql" -X -q -d "$(conninfo "$FOLDER")" \
			-c 'SET client_min_messages = warning' -c 'CREATE EXTENSION documentdb CASCADE'
	fi
	if ! alive gateway; then
		as_user rm -f "$FOLDER/gateway.log"
		launch gateway /usr/bin/python3 "$FOLDER/programs/gateway.py" \
			--port "$PORT" --conninfo "$(conninfo "$FOLDER")" "$@"
	fi
	await 20 listens || { cat "$FOLDER/gateway.log"; die "the store's gateway does not start"; }
}

[ $# -gt 0 ] || die "$(sed -n 's/^# //p' "${BASH_SOURCE[0]}" | head -5)"
ACTION=$1 FOLDER=${2:-}
case $ACTION in
install) install_store ;;
start) start_store "${@:3}" ;;
stop)
	[ "${3:-gateway}" != gateway ] || end_process TERM gateway
	[ "${3:-server}" != server ] || end_process INT server
	;;
kill)
	[ "${3:-gateway}" != gateway ] || end_process KILL gateway
	[ "${3:-server}" != server ] || end_process KILL server
	;;
*) die "store.sh $ACTION: install, start, stop or kill" ;;
esac
