# Packages of another release of Debian, unpacked beside the host with libraries of their own; sourced.

# Resolved and fetched by an apt that knows nothing of the host's; FOLDER/preferences may pin versions.
fetch() { # folder for the packages, release, name...
	local folder=$1 release=$2 mirror
	shift 2
	mirror=$(sed -n -E 's/^(URIs: *|deb +(\[[^]]*\] +)?)(http[^ ]*debian\/?)( .*)?$/\3/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v security | head -1)
	mkdir -p "$folder"/{lists,cache/archives}/partial
	: >"$folder/status"
	[ -e "$folder/preferences" ] || : >"$folder/preferences"
	cat >"$folder/sources.list" <<-LIST
		deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $release main
	LIST
	cat >"$folder/apt.conf" <<-CONF
		Dir::Etc { SourceList "$folder/sources.list"; SourceParts "/dev/null"; Preferences "$folder/preferences"; PreferencesParts "/dev/null"; };
		Dir::State { Lists "$folder/lists"; status "$folder/status"; };
		Dir::Cache "$folder/cache";
		APT::Sandbox::User "root";
		Acquire { Check-Valid-Until "false"; Retries "3"; Languages "none"; };
	CONF
	APT_CONFIG=$folder/apt.conf apt-get update -qq
	APT_CONFIG=$folder/apt.conf apt-get install -y -qq --download-only --no-install-recommends "$@"
}

# Of one package, and not of what it depends on.
fetch_alone() { # folder as above, name
	(cd "$1/cache/archives" && APT_CONFIG=$1/apt.conf apt-get download -qq "$2")
}

unpack() { # folder as above, folder for the files
	local file
	for file in "$1"/cache/archives/*.deb; do dpkg-deb --extract "$file" "$2"; done
}

# Lets the programs, and the libraries that name a path, use the libraries beside them, the C library included.
relocate() { # folder for the files, version of PostgreSQL
	local libraries=$1/usr/lib/x86_64-linux-gnu server=$1/usr/lib/postgresql/$2 file
	libraries=$libraries:$server/lib:$libraries/blas:$libraries/lapack
	for file in "$server"/bin/* "$server"/lib/*.so "$server"/lib/pgxs/src/test/*/*; do
		[ -f "$file" ] && [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
		case $file in
		*.so) [ -z "$(patchelf --print-rpath "$file")" ] || patchelf --force-rpath --set-rpath "$libraries" "$file" ;;
		*) patchelf --set-interpreter "$1/usr/lib64/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$libraries" "$file" ;;
		esac
	done
}
