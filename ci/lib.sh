# Common to the scripts here; sourced.  The extension is tested in a private
# copy of the server's files, on a private server, as a user who is not root.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
unset MAKEFLAGS MFLAGS MAKELEVEL
unset PGHOST PGPORT PGUSER PGDATABASE PGSERVICE PGOPTIONS PGDATA CDPATH
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$TOP"

SUPPORTED=15
say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# A machine with several servers: the plain pg_config may be another's.
find_server() {
	PG_CONFIG=${PG_CONFIG:-pg_config}
	if [ "$PG_CONFIG" = pg_config ] && [ -x /usr/lib/postgresql/$SUPPORTED/bin/pg_config ]; then
		PG_CONFIG=/usr/lib/postgresql/$SUPPORTED/bin/pg_config
	fi
	export PG_CONFIG
}

# True when the server and its headers are there.
have_server() {
	local pgxs
	find_server
	pgxs=$("$PG_CONFIG" --pgxs 2>/dev/null) && [ -e "$pgxs" ] && [ -x "$("$PG_CONFIG" --bindir)/initdb" ] &&
		[ -e "$("$PG_CONFIG" --includedir-server)/postgres.h" ]
}

as_user() {
	if [ "$(id -u)" = 0 ]; then
		runuser -u "$SERVER_USER" -- "$@"
	else
		"$@"
	fi
}

# Whom servers run as: ourselves, unless that is root.
test_user() {
	if [ "$(id -u)" = 0 ]; then echo "${TEST_USER:-postgres}"; else id -un; fi
}

start_work() {
	SERVER_USER=$(test_user)
	id "$SERVER_USER" >/dev/null 2>&1 || useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVER_USER"
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/deltaview.XXXXXX")
	mkdir "$WORK/run"
	: >"$WORK/log"
	chmod 755 "$WORK"
	if [ "$(id -u)" = 0 ]; then chown "$SERVER_USER" "$WORK/run" "$WORK/log"; fi
	trap end_work EXIT
}

end_work() {
	local status=$?
	trap - EXIT
	if [ -e "$WORK/run/data/postmaster.pid" ]; then
		as_user "$BIN/pg_ctl" -D "$WORK/run/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
	rm -rf "$WORK"
	exit $status
}

# Builds, and installs into a copy of the server's files: PostgreSQL finds its
# directories from where its binary is.
make_tree() {
	local dir
	say "build for $("$PG_CONFIG" --version)"
	make --no-print-directory -j"$(nproc)" PG_CONFIG="$PG_CONFIG" all || return 1
	TREE=$WORK/tree
	for dir in --bindir --pkglibdir --sharedir; do
		dir=$("$PG_CONFIG" $dir)
		mkdir -p "$TREE$dir" && cp -a "$dir/." "$TREE$dir/" || return 1
	done
	make --no-print-directory PG_CONFIG="$PG_CONFIG" DESTDIR="$TREE" install >"$WORK/install.log" 2>&1 ||
		{ cat "$WORK/install.log"; return 1; }
	BIN=$TREE$("$PG_CONFIG" --bindir)
	export PATH="$BIN:$PATH"
}

# start_server SETTING...
start_server() {
	local setting
	as_user "$BIN/initdb" -D "$WORK/run/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync \
		>"$WORK/initdb.log" 2>&1 || { cat "$WORK/initdb.log"; return 1; }
	for setting in "listen_addresses = ''" "unix_socket_directories = '$WORK/run'" "$@"; do
		echo "$setting"
	done >"$WORK/settings"
	# Newer releases take slots for output plugins that they are told of only.
	case $("$BIN/postgres" --describe-config) in
	*output_plugin_libraries*)
		echo "output_plugin_libraries = 'pgoutput, test_decoding, pg_deltaview'" >>"$WORK/settings"
		;;
	esac
	as_user sh -c 'cat >>"$1"' sh "$WORK/run/data/postgresql.conf" <"$WORK/settings"
	export PGHOST=$WORK/run PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	# A child of ours, not pg_ctl's: where process 1 reaps nobody, a killed server
	# would stay as a zombie, and its lock files hold.
	as_user setsid "$BIN/postgres" -D "$WORK/run/data" >"$WORK/log" 2>&1 &
	server=$!
	disown
	until pg_isready -q; do
		[ -e "/proc/$server" ] || { cat "$WORK/log"; return 1; }
		sleep 0.1
	done
}

# Processes with files FOLDER/NAME.pid and FOLDER/NAME.log; children of process 1 in the end.
alive() { # name of a process of the folder
	local state
	[ -s "$FOLDER/$1.pid" ] && state=$(cut -d' ' -f3 "/proc/$(cat "$FOLDER/$1.pid")/stat" 2>/dev/null) && [ "$state" != Z ]
}
await() { # seconds, condition...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
launch() { # name, command...
	local name=$1
	shift
	as_user setsid sh -c 'echo $$ >"$1"; log=$2; shift 2; exec "$@" >>"$log" 2>&1 </dev/null' sh \
		"$FOLDER/$name.pid" "$FOLDER/$name.log" "$@" 2>/dev/null &
	disown
}
gone() { ! alive "$1"; }
children() { sed -n "s/^\([0-9]*\) (.*) [A-Z] $1 .*/\1/p" /proc/[0-9]*/stat 2>/dev/null; }
end_process() { # signal, name
	local pid
	alive "$2" || return 0
	pid=$(cat "$FOLDER/$2.pid")
	# shellcheck disable=SC2046
	kill "-$1" "$pid" $([ "$1" != KILL ] || children "$pid") 2>/dev/null || true
	await 30 gone "$2" || die "the $2 of $FOLDER does not end"
}
