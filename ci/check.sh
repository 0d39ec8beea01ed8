#!/bin/bash
# make check: everything, from a bare machine.  The last line says how many of
# the tests passed; FUZZ_SECONDS, FUZZ_SEED, STRESS_SECONDS, TPCH_TRANSACTIONS,
# TPCH_SCALE, VERSIONS and ONLY (a list of parts) narrow it.
. "$(dirname "$0")/lib.sh"
bash ci/install.sh check
find_server

PARTS=${ONLY:-consistency unit model regress isolation tap sink fuzz features tpch stress log}
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
FUZZ_SEED=${FUZZ_SEED:-2026}
STRESS_SECONDS=${STRESS_SECONDS:-60}
TPCH_TRANSACTIONS=${TPCH_TRANSACTIONS:-30}
TPCH_SCALE=${TPCH_SCALE:-0.01}
VERSIONS=${VERSIONS:-17 18}
wanted() { [[ " $PARTS " == *" $1 "* ]]; }

start_work
TALLY=$WORK/tally
: >"$TALLY"
ok() { echo "ok $*" >>"$TALLY"; }
not_ok() { echo "not ok $*" >>"$TALLY"; echo "FAILED: $*"; }
judge() { local name=$1; shift; if "$@"; then ok "$name"; echo "ok: $name"; else not_ok "$name"; fi; }

names() { [ ! -e "$1" ] || sed -e 's/#.*//' -e 's/^ *test://' "$1" | tr -s ' \t' '\n' | sed '/^$/d'; }

# regress_like PART PROGRAM SCHEDULE OPTION...: one result per test of the schedule.
regress_like() {
	local part=$1 program=$2 schedule=$3 name output=$WORK/$1.output
	shift 3
	if [ -z "$(names "$schedule")" ]; then
		echo "none"
		return
	fi
	# shellcheck disable=SC2046
	(cd "$WORK/run/src" && as_user timeout 1500 "$program" --bindir="$BIN" --host="$PGHOST" --port="$PGPORT" --user=postgres \
		"$@" $(names "$schedule")) 2>&1 | tee "$output" || true
	for name in $(names "$schedule"); do
		if grep -qE "^(test +| +)$name +\.\.\. +ok|^ok +[0-9]+ +[-+] +$name " "$output"; then
			ok "$part $name"
		else
			echo "not ok $part $name" >>"$TALLY"
		fi
	done
	if [ -s "$WORK/run/src/regression.diffs" ]; then
		head -c 60000 "$WORK/run/src/regression.diffs"
		mv "$WORK/run/src/regression.diffs" "$WORK/run/src/$part.diffs"
	fi
	mkdir -p "build/results/$part"
	cp -r "$WORK/run/src/results/." "build/results/$part/" 2>/dev/null || true
	rm -rf "$WORK/run/src/results"
}

if wanted consistency; then
	say "consistency"
	judge "consistency" bash ci/consistency.sh
fi

if wanted unit; then
	say "unit tests"
	mkdir -p build
	bash ci/unit.sh "$TALLY" || { grep -q '^not ok unit' "$TALLY" || not_ok "unit tests do not build"; }
fi

if wanted model; then
	say "the model of the lock protocol"
	mkdir -p build
	rm -f build/model.output
	model() {
		make --no-print-directory -j"$(nproc)" -C test/model && timeout 600 test/model/model | tee build/model.output
	}
	model || not_ok "model"
	[ ! -e build/model.output ] || sed -n -E 's/^((not )?ok) ([^:]*).*/\1 model \3/p' build/model.output >>"$TALLY"
fi

if wanted regress || wanted isolation || wanted tap || wanted sink || wanted fuzz || wanted features || wanted tpch || wanted stress; then
	built=yes
	make_tree || built=no
	[ $built = yes ] && start_server "fsync = off" "max_prepared_transactions = 20" "max_wal_size = 4GB" \
		"wal_level = logical" "log_min_messages = warning" || built=no
	judge "build and start" test $built = yes
fi

if [ "${built:-no}" = yes ]; then
	test_dir=$(dirname "$("$PG_CONFIG" --pgxs)")/../test
	mkdir "$WORK/run/src"
	cp -r ci test expected examples "$WORK/run/src/"
	rm -f "$WORK"/run/src/test/{fuzz,features,tpch,stress}/{fuzz,features,tpch,stress,*.o} "$WORK"/run/src/test/helper/*.{o,so}
	if [ -e test/helper/Makefile ]; then
		judge "build the tests' helper" make --no-print-directory -C "$WORK/run/src/test/helper" PG_CONFIG="$PG_CONFIG"
	fi
	if [ "$(id -u)" = 0 ]; then chown -R "$SERVER_USER" "$WORK/run/src"; fi

	if wanted regress; then
		say "regression tests"
		regress_like regress "$test_dir/regress/pg_regress" test/schedule \
			--inputdir=test --dbname=contrib_regression
	fi
	if wanted isolation; then
		say "isolation tests"
		regress_like isolation "$test_dir/isolation/pg_isolation_regress" test/isolation_schedule \
			--inputdir=test --outputdir=. --dbname=isolation_regression
	fi
	perl_dir=$test_dir/perl
	# A server built without TAP tests has not installed their modules.
	[ -d "$perl_dir/PostgreSQL" ] || perl_dir=/usr/lib/postgresql/$SUPPORTED/lib/pgxs/src/test/perl
	prove_file() { # file
		as_user env -C "$WORK/run/src" PATH="$PATH" TESTDIR="$WORK/run/src" PG_REGRESS="$test_dir/regress/pg_regress" \
			PGHOST= PGPORT= PGUSER= PGDATABASE= timeout 900 prove --verbose -I "$perl_dir" -I "$(dirname "$1")" "$1"
	}
	if wanted tap; then
		say "TAP tests"
		for file in test/t/*.pl; do
			judge "tap $(basename "$file" .pl)" prove_file "$file"
		done
	fi
	if wanted sink; then
		say "the sink, on a document store"
		if bash "${STORE_SCRIPT:-ci/store.sh}" install; then
			# They wait more than they work: three at a time.
			for file in test/sink/*.pl; do
				while [ "$(jobs -rp | wc -l)" -ge 3 ]; do wait -n || true; done
				(prove_file "$file" && touch "$WORK/$(basename "$file").ok") >"$WORK/$(basename "$file").out" 2>&1 &
			done
			wait
			for file in test/sink/*.pl; do
				cat "$WORK/$(basename "$file").out"
				judge "sink $(basename "$file" .pl)" test -e "$WORK/$(basename "$file").ok"
			done
		else
			not_ok "sink: no document store"
		fi
	fi
	if wanted fuzz && [ -e test/fuzz/Makefile ]; then
		fuzzer=$WORK/run/src/test/fuzz
		fuzz() {
			dropdb --if-exists fuzz 2>/dev/null
			createdb fuzz
			timeout $((FUZZ_SECONDS * 3 + 300)) "$fuzzer/fuzz" --seed "$FUZZ_SEED" --seconds "$FUZZ_SECONDS" "$@" \
				--conninfo "host=$PGHOST port=$PGPORT user=postgres dbname=fuzz"
		}
		say "fuzzer, seed $FUZZ_SEED, $FUZZ_SECONDS s"
		if make --no-print-directory -j"$(nproc)" -C "$fuzzer" PG_CONFIG="$PG_CONFIG" >"$WORK/fuzz.log" 2>&1; then
			judge "fuzz" fuzz
			# It must find a rule that is broken on purpose.
			for rule in linear aggregate in_place keyed; do
				say "fuzzer, with the $rule rule broken"
				judge "fuzz finds a broken $rule rule" fuzz --break $rule
			done
		else
			cat "$WORK/fuzz.log"
			not_ok "fuzz does not build"
		fi
	fi
	if wanted features && [ -e test/features/Makefile ]; then
		say "a view per feature, seed $FUZZ_SEED"
		features=$WORK/run/src/test/features
		judge "build the features test" make --no-print-directory -j"$(nproc)" -C "$features" PG_CONFIG="$PG_CONFIG"
		judge "features" timeout 1500 "$features/features" --folder "$features" --seed "$FUZZ_SEED" --jobs "$(nproc)" \
			--shrink 20 --conninfo "host=$PGHOST port=$PGPORT user=postgres"
	fi
	if wanted tpch; then
		tpch() {
			dropdb --if-exists tpch 2>/dev/null
			createdb tpch
			timeout 1500 "$WORK/run/src/test/tpch/tpch" --seed "$FUZZ_SEED" "$@" \
				--conninfo "host=$PGHOST port=$PGPORT user=postgres dbname=tpch"
		}
		say "TPC-H, seed $FUZZ_SEED, scale $TPCH_SCALE, $TPCH_TRANSACTIONS transactions"
		judge "build the TPC-H suite" make --no-print-directory -j"$(nproc)" -C "$WORK/run/src/test/tpch" PG_CONFIG="$PG_CONFIG"
		judge "tpch" tpch --scale "$TPCH_SCALE" --transactions "$TPCH_TRANSACTIONS"
		judge "tpch without recomputing" tpch --scale 0 --transactions 0 --strict
	fi
	if wanted stress; then
		stress() { # database, seconds, options
			createdb "$1"
			timeout $((STRESS_SECONDS + 300)) "$WORK/run/src/test/stress/stress" --seconds "$2" --seed "$FUZZ_SEED" "${@:3}" \
				--conninfo "host=$PGHOST port=$PGPORT user=postgres dbname=$1"
		}
		say "concurrent writers, seed $FUZZ_SEED"
		judge "build the stress test" make --no-print-directory -j"$(nproc)" -C "$WORK/run/src/test/stress" PG_CONFIG="$PG_CONFIG"
		judge "stress" stress stress "$STRESS_SECONDS"
		judge "stress, orderly: no deadlock" stress stress_orderly 15 --orderly
		judge "stress, backends terminated" stress stress_kill 15 --kill
		# It must find differences where the locks on values are left out.
		judge "stress finds broken locks" stress stress_break 30 --break locks
	fi
	if wanted log; then
		no_crash() { ! grep -E 'TRAP:|PANIC:|was terminated by signal|pg_deltaview.*WARNING.*leak' "$WORK/log"; }
		judge "no crash in the server's log" no_crash
	fi
fi

if wanted versions; then
	skipped=
	mkdir -p build
	for version in $VERSIONS; do
		say "PostgreSQL $version"
		if ! bash ci/server.sh "$version" >"$WORK/server"; then
			cat "$WORK/server"
			skipped="$skipped $version"
			continue
		fi
		# Its libraries are of a later C library than the programs made here would run with.
		on_version() {
			env COPT=-Wl,--allow-shlib-undefined ONLY="${VERSION_PARTS:-regress log}" \
				PG_CONFIG="$(tail -1 "$WORK/server")" bash ci/check.sh >"build/version_$version.log" 2>&1
		}
		judge "versions $version" on_version
		sed -n '/^== results/,$p' "build/version_$version.log" | grep -vE '^$|^== | 0 of 0$' || tail -40 "build/version_$version.log"
	done
	[ -z "$skipped" ] || echo "WARNING: NOT TESTED, since the packages cannot be had: PostgreSQL$skipped"
fi

passed=$(grep -c '^ok ' "$TALLY" || true)
failed=$(grep -c '^not ok ' "$TALLY" || true)
say "results"
sed -n 's/^not ok /FAILED: /p' "$TALLY"
for part in unit model regress isolation tap sink versions; do
	printf '%-10s %s of %s\n' $part "$(grep -c "^ok $part " "$TALLY" || true)" "$(grep -cE "^(not )?ok $part " "$TALLY" || true)"
done
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
