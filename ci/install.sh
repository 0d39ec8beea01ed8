#!/bin/bash
# install.sh build|check|demo|store|server|mongod: installs, through apt, what is missing for that.
. "$(dirname "$0")/lib.sh"

missing=()
need() { missing+=("$@"); }

command -v g++ >/dev/null && command -v make >/dev/null || need build-essential
if ! have_server; then
	if [ "$PG_CONFIG" != pg_config ] && [ "$PG_CONFIG" != /usr/lib/postgresql/$SUPPORTED/bin/pg_config ]; then
		die "no server with headers at $PG_CONFIG"
	fi
	need postgresql-$SUPPORTED postgresql-server-dev-$SUPPORTED
fi
[ -e "$("$PG_CONFIG" --includedir 2>/dev/null)/libpq-fe.h" ] || need libpq-dev
command -v pkg-config >/dev/null || need pkg-config
pkg-config --exists 'libmongoc-1.0 >= 1.23' 2>/dev/null || pkg-config --exists mongoc2 2>/dev/null ||
	need libmongoc-dev libbson-dev
if [ "${1:-check}" = check ]; then
	command -v cmake >/dev/null || need cmake
	[ -e /usr/include/gtest/gtest.h ] || [ -e /usr/local/include/gtest/gtest.h ] || need libgtest-dev
	command -v prove >/dev/null || need perl
	perl -MIPC::Run -e1 2>/dev/null || need libipc-run-perl
fi
case ${1:-check} in
store | server) command -v patchelf >/dev/null || need patchelf ;;
mongod)
	command -v npm >/dev/null || need npm
	[ -x /usr/lib/wine/wine64 ] || need wine64
	;;
esac
if [[ ${1:-check} = @(store|mongod) ]]; then
	/usr/bin/python3 -c 'import bson, bson.json_util, psycopg2, sys; sys.exit(not bson.has_c())' 2>/dev/null ||
		need python3 python3-bson python3-bson-ext python3-pymongo python3-psycopg2
	command -v openssl >/dev/null || need openssl
fi
if [ "${1:-check}" = bench ]; then
	[ -e "$("$PG_CONFIG" --includedir 2>/dev/null)/libpq-fe.h" ] || need libpq-dev
	command -v python3 >/dev/null || need python3
fi
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] || die "missing: ${missing[*]} (run as root once, or install them)"
command -v apt-get >/dev/null || die "missing: ${missing[*]}"
say "install ${missing[*]}"
apt-get update -qq
# The package would make and start a server of its own: not wanted here.
no_cluster=/etc/postgresql-common/createcluster.d/pg_deltaview_ci.conf
if [[ " ${missing[*]} " == *" postgresql-$SUPPORTED "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
	trap 'rm -f $no_cluster' EXIT
	mkdir -p "$(dirname $no_cluster)"
	echo 'create_main_cluster = false' >$no_cluster
fi
apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/tmp/pg_deltaview_apt.log 2>&1 </dev/null ||
	{ tail -40 /tmp/pg_deltaview_apt.log; die "apt-get install failed"; }
rm -f /tmp/pg_deltaview_apt.log
have_server || die "the server's packages are installed, but $PG_CONFIG does not work"
