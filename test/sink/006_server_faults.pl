# PostgreSQL's side fails: the worker, the server, the slot, the view itself.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;
use Time::HiRes qw(sleep);

my $yes = JSON::PP::true;
my $store = Store->new(lifetime => 3);
my $node = new_server('server_faults', 'restart_after_crash = on', 'max_slot_wal_keep_size = 64MB', 'min_wal_size = 32MB', 'max_wal_size = 64MB');
new_shop($node);
add_server($node, $store);
create_sink($node, 'declared');
await_state($node, 'declared', 'streaming');
my $round = 0;
sub change { $round++; sql($node, "UPDATE orders SET status = 'round $round' WHERE id % 3 = $round % 3; UPDATE items SET price = price + 1 WHERE no % 5 = $round % 5"); return }
sub serves { return await('the server takes sessions', sub { $node->psql('postgres', 'SELECT 1') == 0 }) }

# The worker ends by a signal, and is started anew.
my $pid = runner_pid($node, 'declared');
ok($pid, 'the worker is a process of the server');
kill 'TERM', $pid;
await('there is another worker', sub { my $new = runner_pid($node, 'declared'); $new && $new != $pid });
await_state($node, 'declared', 'streaming');
settled($node, $store, 'declared', 'SIGTERM of the worker', q{UPDATE orders SET status = 'terminated'});
kill 'KILL', runner_pid($node, 'declared');
change() if sleep(1) && serves();
await_state($node, 'declared', 'streaming', 90);
right($node, $store, 'declared', 'kill -9 of the worker');

# The sessions of the worker end, not the worker.
sql($node, q{SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active});
change();
caught_up($node, $store, 'declared');
sql($node, q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')});
change();
caught_up($node, $store, 'declared');
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'its sessions are terminated');

# The server is killed: idle, with a batch that waits, and with one that is done and not known to be.
for my $fault ([], [ command => 'commitTransaction', code => 10107, times => 50 ], [ command => 'commitTransaction', cut => $yes, after => $yes, times => 50 ])
{
	$store->fault(@$fault) if @$fault;
	change();
	sleep 0.3;
	$node->stop('immediate');
	$store->proxy(clear => $yes);
	$node->start;
	change();
	caught_up($node, $store, 'declared');
	await_state($node, 'declared', 'streaming');
	right($node, $store, 'declared', 'the server is killed' . (@$fault ? exists $fault->[2] && $fault->[2] eq 'code' ? ', a batch waits' : ', a batch is done' : ''));
}

# Killed in the middle of a copy.
sql($node, q{
	CREATE TABLE many (id int PRIMARY KEY, v text);
	INSERT INTO many SELECT i, md5(i::text) FROM generate_series(1, 12000) i;
	SELECT deltaview.create_view('many_view', 'SELECT id, v FROM many')});
create_sink($node, 'many_view', copy_jobs => 3);
await('the copy is under way', sub { (stat_of($node, 'many_view', 'rows_copied') || 0) > 0 });
$node->stop('immediate');
$node->start;
sql($node, q{UPDATE many SET v = 'after' WHERE id % 40 = 0; DELETE FROM many WHERE id % 40 = 1});
await_state($node, 'many_view', 'streaming', 90);
right($node, $store, 'many_view', 'the server is killed during a copy', '--key', 'id');

# The view changes under its sink.
settled($node, $store, 'declared', 'a column of a base table more', q{
	ALTER TABLE orders ADD COLUMN extra int;
	UPDATE orders SET extra = id, status = 'extra' WHERE id < 5});
sql($node, q{ALTER TABLE declared RENAME TO renamed});
change();
right($node, $store, 'declared', 'the view has another name', '--key', 'id', '--document', 'document', '--shape', shop_shape());
sql($node, q{ALTER TABLE renamed RENAME TO declared});
settled($node, $store, 'declared', 'paused and resumed', q{
	SELECT deltaview.pause('declared');
	UPDATE orders SET status = 'paused' WHERE id % 2 = 0;
	SELECT deltaview.resume('declared')});
settled($node, $store, 'declared', 'a base table is truncated', q{TRUNCATE items});
settled($node, $store, 'declared', 'all of them', q{TRUNCATE orders, items, customers});
settled($node, $store, 'declared', 'and filled', q{
	INSERT INTO orders SELECT i, 'c1', 'new' FROM generate_series(1, 30) i; INSERT INTO customers VALUES ('c1', 'Rome')});
my ($status, $stdout, $stderr) = $node->psql('postgres', 'TRUNCATE declared');
right($node, $store, 'declared', 'TRUNCATE of the view itself: ' . ($status ? 'refused' : 'followed'));

# A slot that the server has given up: another copy, or failed, as was chosen.
sub outgrow
{
	for (1 .. 12)
	{
		sql($node, q{SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)) FROM generate_series(1, 6)});
		sql($node, 'SELECT pg_switch_wal()');
		sql($node, 'CHECKPOINT');
	}
	return;
}
create_sink($node, 'cities', on_lost_slot => 'stop');
await_state($node, 'cities', 'streaming');
sql($node, "SELECT deltaview.stop_sink('$_')") for qw(declared cities many_view);
await_state($node, $_, 'stopped') for qw(declared cities many_view);
change();
my $log = -s $node->logfile;
outgrow();
is(sql($node, q{SELECT string_agg(DISTINCT wal_status, ' ') FROM pg_replication_slots}), 'lost', 'the slots are lost');
change();
sql($node, "SELECT deltaview.start_sink('$_')") for qw(declared cities);
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'a lost slot: copied anew');
like(slurp_file($node->logfile, $log), qr/WARNING.*slot/, 'with a warning');
await_state($node, 'cities', 'failed');
like(stat_of($node, 'cities', 'last_error'), qr/slot/, 'a lost slot: failed, where that is chosen');
sql($node, "SELECT deltaview.reset_sink('cities')");
await_state($node, 'cities', 'streaming');
right($node, $store, 'cities', 'until it is copied anew by hand');

# A bound for what a sink may hold back, with a warning before it bites.
sql($node, "SELECT deltaview.drop_sink('cities', true)");
await('it is dropped', sub { sql($node, q{SELECT count(*) FROM deltaview.sink_catalog WHERE sink = 'cities'}) eq '0' });
create_sink($node, 'cities', max_wal => '20MB');
await_state($node, 'cities', 'streaming');
$log = -s $node->logfile;
$store->down(1);
my $steps = 0;
while (stat_of($node, 'cities', 'state') ne 'failed' && $steps++ < 160)
{
	sql($node, q{SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)); UPDATE customers SET city = city || '.'}) if $steps < 35;
	sleep 0.5;
}
$store->down(0);
is(stat_of($node, 'cities', 'state'), 'failed', 'what it may hold back is bounded');
like(slurp_file($node->logfile, $log), qr/WARNING.*max_wal/, 'with a warning before');
is(sql($node, q{SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%cities%'}), 0, 'its slot is gone');
sql($node, "SELECT deltaview.reset_sink('cities')");
await_state($node, 'cities', 'streaming');
right($node, $store, 'cities', 'and copied anew');

# The view is dropped: the sink goes with it, the collection stays.
my $documents = $store->count('test', 'declared');
sql($node, q{SELECT deltaview.drop_view('declared')});
await('the sink has gone with its view', sub { sql($node, q{SELECT count(*) FROM deltaview.sink_catalog WHERE sink = 'declared'}) eq '0'
	&& sql($node, q{SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%declared%'}) eq '0' });
is($store->count('test', 'declared'), $documents, 'and the collection stays');
$node->stop;
done_testing();
