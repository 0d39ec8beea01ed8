# The workers of sinks, as far as that needs no MongoDB: nobody listens where these sinks write.  They start at the
# commit, after a crash and with the server; they stop and go; they say what they lack; nobody is told the password.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Stream;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('sink');
$node->init(allows_streaming => 'logical');
trust_plugin($node);
$node->append_conf('postgresql.conf', "max_worker_processes = 5\nlog_statement = none\nrestart_after_crash = on\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_deltaview;
	CREATE TABLE items (id int PRIMARY KEY, price int NOT NULL);
	INSERT INTO items SELECT i, i FROM generate_series(1, 10) i;
	SELECT deltaview.create_view('list', 'SELECT id, price FROM items');
	CREATE SERVER nobody FOREIGN DATA WRAPPER deltaview_mongo
		OPTIONS (uri 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300&connectTimeoutMS=300');
	CREATE USER MAPPING FOR CURRENT_USER SERVER nobody OPTIONS (user 'me', password 'V3ry-h1dden');
});

sub sink_is
{
	my ($state, $sink, $test) = @_;
	my $query = "SELECT state FROM deltaview.sink_stats WHERE sink = '$sink'";
	ok($node->poll_query_until('postgres', $query, $state), $test) or diag($node->safe_psql('postgres', 'TABLE deltaview.sink_progress'));
}

sub refused
{
	my ($sql, $what, $test) = @_;
	my ($status, undef, $errors) = $node->psql('postgres', $sql);
	ok($status != 0, "$test: refused");
	like($errors, $what, $test);
}

sub workers { return $node->safe_psql('postgres', q{SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE application_name LIKE 'deltaview sink%'}) }

# A worker that nobody preloads is announced as one that a restart ends.
my (undef, undef, $warning) = $node->psql('postgres', q{SELECT deltaview.create_sink('list', 'nobody', 'shop', 'items')});
like($warning, qr/will not go on by itself after a restart.*shared_preload_libraries = 'pg_deltaview_sink'/s, 'a warning without preloading');
sink_is('retrying', 'items', 'starts at the commit, and tries to reach MongoDB');
is($node->safe_psql('postgres', q{SELECT retries > 0 AND last_error <> '' FROM deltaview.sink_stats}), 't', 'says why');
refused(q{SET statement_timeout = '1s'; SELECT * FROM deltaview.verify_sink('items')}, qr/statement timeout/, 'who verifies it waits, and may give up');
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'deltaview verify%')}),
	'which ends the worker that compares');
$node->restart;
is(workers(), 0, 'a restart ends it');
is($node->safe_psql('postgres', 'SELECT state FROM deltaview.sink_stats'), 'not running', 'and that shows');
$node->safe_psql('postgres', 'SELECT deltaview.start_sinks()');
$node->poll_query_until('postgres', q{SELECT deltaview.sink_runs('items')});
$node->safe_psql('postgres', q{SELECT deltaview.start_sink('items')});
is(workers(), 1, 'one worker, however often it is started');

# What is rolled back does not run.
$node->safe_psql('postgres', q{BEGIN; SELECT deltaview.create_sink('list', 'nobody', 'shop', 'undone'); SELECT pg_sleep(0.3); ROLLBACK});
is($node->safe_psql('postgres', 'SELECT string_agg(sink, $$ $$) FROM deltaview.sink_stats'), 'items', 'a sink that was rolled back');

# With preloading a server starts its sinks, those of every database; and so it does after a crash.
$node->safe_psql('postgres', 'CREATE DATABASE "The other"');
$node->safe_psql('The other', q{
	CREATE EXTENSION pg_deltaview;
	CREATE TABLE items (id int PRIMARY KEY);
	SELECT deltaview.create_view('list', 'SELECT id FROM items');
	CREATE SERVER nobody FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300');
	SELECT deltaview.create_sink('list', 'nobody', 'shop', 'it''s mine');
});
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_deltaview_sink'\n");
$node->restart;
ok($node->poll_query_until('postgres', q{SELECT deltaview.sink_runs('items')}), 'starts with the server');
ok($node->poll_query_until('The other', q{SELECT deltaview.sink_runs('it''s mine')}), 'in every database');
$node->psql('postgres', q{COPY (SELECT) TO PROGRAM 'kill -9 $PPID'});
ok($node->poll_query_until('postgres', q{SELECT deltaview.sink_runs('items')}), 'and after a crash of the server');
my $connection = q{SELECT min(pid) FROM pg_stat_activity WHERE application_name = 'deltaview sink items'};
my $pid = $node->safe_psql('postgres', $connection);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT deltaview.sink_runs('items') AND ($connection) <> $pid"), 'and without its connection');

# It is in nobody's way.
$node->safe_psql('postgres', 'CREATE DATABASE passing');
$node->safe_psql('postgres', q{SET statement_timeout = '20s'; DROP DATABASE passing});

# To stop, and to be started again at once.
$node->safe_psql('postgres', q{SELECT deltaview.stop_sink('items')});
sink_is('stopped', 'items', 'stops');
ok($node->poll_query_until('postgres', q{SELECT NOT deltaview.sink_runs('items')}), 'and is gone');
refused(q{SELECT * FROM deltaview.verify_sink('items')}, qr/sink "items" does not run/, 'one that is stopped cannot be verified');
$node->safe_psql('postgres', q{SELECT deltaview.start_sink('items')});
$node->poll_query_until('postgres', q{SELECT deltaview.sink_runs('items')});
$node->safe_psql('postgres', q{SELECT deltaview.stop_sink('items')});
$node->safe_psql('postgres', q{SELECT deltaview.start_sink('items')});
sleep 2;
is($node->safe_psql('postgres', q{SELECT deltaview.sink_runs('items')}), 't', 'a start that follows a stop is not lost');

# Without room for a worker there is no sink. (The logical replication launcher takes one, and two sinks run.)
$node->safe_psql('postgres', q{SELECT deltaview.create_sink('list', 'nobody', 'shop', 'third')});
refused(q{DO $$ BEGIN
		FOR i IN 1 .. 5 LOOP
			PERFORM deltaview.create_sink('list', 'nobody', 'shop', 'more' || i);
		END LOOP;
	END $$},
	qr/no background worker is free for sink "more\d".*max_worker_processes = 5 are in use.*Raise max_worker_processes/s,
	'says when max_worker_processes is reached');
is($node->safe_psql('postgres', q{SELECT count(*) FROM deltaview.sink_stats WHERE sink LIKE 'more%'}), 0, 'and leaves nothing behind');

# Away goes the slot, whether MongoDB is there or not.
$node->safe_psql('postgres', q{SELECT deltaview.drop_sink('third')});
$node->safe_psql('postgres', 'DROP TABLE list');
ok($node->poll_query_until('postgres', 'SELECT NOT EXISTS (SELECT FROM deltaview.sink_stats)'), 'drop_sink, and DROP of the view');
$node->safe_psql('The other', 'DROP SERVER nobody CASCADE');
ok($node->poll_query_until('The other', 'SELECT NOT EXISTS (SELECT FROM deltaview.sink_stats)'), 'DROP SERVER CASCADE');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), 0, 'no slot is left');
is($node->safe_psql('The other', 'SELECT (SELECT count(*) FROM deltaview.sink_progress) + (SELECT count(*) FROM deltaview.sink_catalog)'),
	0, 'nor a row');
$node->safe_psql('The other', 'DROP EXTENSION pg_deltaview CASCADE');

my $log = slurp_file($node->logfile);
unlike($log, qr/V3ry-h1dden/, 'the password is not in the log');
refused(q{CREATE USER MAPPING FOR PUBLIC SERVER nobody OPTIONS (user 'me', password 'V3ry-h1dden', colour 'red')}, qr/invalid option "colour"/,
	'a mapping with an error in it');
unlike(slurp_file($node->logfile), qr/V3ry-h1dden/, 'its password is not in the log');

# The log must be logical.
$node->append_conf('postgresql.conf', "wal_level = replica\n");
$node->restart;
$node->safe_psql('postgres', q{SELECT deltaview.create_view('list', 'SELECT id, price FROM items')});
refused(q{SELECT deltaview.create_sink('list', 'nobody', 'shop', 'items')}, qr/a sink needs wal_level = logical/, 'wal_level');
$node->stop;
done_testing();
