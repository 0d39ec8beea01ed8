#!/bin/bash
# server.sh VERSION: a later PostgreSQL than the host's, 17 or 18, with its headers, from Debian's packages, unpacked
#   beside the host with libraries of their own.  The last line names its pg_config.
. "$(dirname "$0")/lib.sh"
. ci/packages.sh

VERSION=$1
case $VERSION in
17) RELEASE=trixie ;;
18) RELEASE=forky ;;
*) die "server.sh: no release of Debian is known that has PostgreSQL $VERSION" ;;
esac
ROOT=${SERVERS_ROOT:-/opt/deltaview-servers}/$VERSION
FILES=$ROOT/files

if [ ! -e "$ROOT/ready" ]; then
	[ "$(id -u)" = 0 ] || die "no PostgreSQL $VERSION in $ROOT (run ci/server.sh $VERSION as root once)"
	bash ci/install.sh server
	say "install PostgreSQL $VERSION of $RELEASE"
	rm -rf "$ROOT"
	mkdir -p "$FILES"
	{
		fetch "$ROOT/packages" "$RELEASE" "postgresql-$VERSION" libpq-dev &&
			fetch_alone "$ROOT/packages" "postgresql-server-dev-$VERSION"
	} >"$ROOT/log" 2>&1 || { tail -40 "$ROOT/log"; die "the packages cannot be had"; }
	unpack "$ROOT/packages" "$FILES"
	relocate "$FILES" "$VERSION"
	rm -rf "$ROOT/packages"
	"$FILES/usr/lib/postgresql/$VERSION/bin/postgres" --version
	touch "$ROOT/ready"
fi
echo "$FILES/usr/lib/postgresql/$VERSION/bin/pg_config"
