# Too few workers, replication slots or WAL senders: it is said, nothing hangs, and the sink goes on once there is one.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

# Of the workers, the server's own launcher has one.
my $store = Store->new;
my $node = new_server('limits', 'max_worker_processes = 3', 'max_replication_slots = 4', 'max_wal_senders = 4');
new_shop($node);
add_server($node, $store);

sub attempt
{
	my ($statement) = @_;
	my ($stdout, $stderr) = ('', '');
	$node->psql('postgres', $statement, stdout => \$stdout, stderr => \$stderr, extra_params => [ '-v', 'VERBOSITY=verbose' ], timeout => 60);
	return $stderr;
}

sub has_failed
{
	my ($sink, $reason, $what) = @_;
	await($what, sub { stat_of($node, $sink, 'state') eq 'retrying' });
	like(stat_of($node, $sink, 'last_error'), $reason, $what);
	return;
}
my $no_worker = qr/ERROR:  53400: no background worker is free for sink "(?:declared|again)".*HINT:  Raise max_worker_processes/s;

await('there is room', sub { attempt(q{SELECT deltaview.create_sink('declared', 'store', 'test', 'declared')}) !~ /ERROR/ });
create_sink($node, 'cities');
await_state($node, $_, 'streaming') for qw(declared cities);
like(attempt(q{SELECT deltaview.create_sink('declared', 'store', 'test', 'again')}), $no_worker, 'create_sink: no worker');
is(sql($node, 'SELECT count(*) FROM deltaview.sink_catalog'), 2, 'and no sink');
like(attempt(q{SELECT * FROM deltaview.verify_sink('declared')}), $no_worker, 'verify_sink: no worker');
create_sink($node, 'declared', name => 'again', collection => 'again', start => JSON::PP::false);
like(attempt(q{SELECT deltaview.start_sink('again')}), $no_worker, 'start_sink: no worker');
is(stat_of($node, 'again', 'state'), 'stopped', 'and it is as it was');
sql($node, q{UPDATE orders SET status = 'changed'; UPDATE items SET price = 1});
caught_up($node, $store, $_) for qw(declared cities);

sql($node, q{SELECT deltaview.stop_sink('cities')});
await('a worker is free', sub { attempt(q{SELECT deltaview.start_sink('again')}) eq '' });
await_state($node, 'again', 'streaming');
caught_up($node, $store, 'again');
like(attempt(q{SELECT deltaview.start_sink('cities')}), qr/no background worker is free for sink "cities"/, 'as long as it is free');

# What is dropped is dropped later, where it has to be dropped now.
like(attempt(q{SELECT deltaview.drop_sink('cities')}), qr/ERROR:  53400: no background worker is free/, 'drop_sink: no worker');
like(attempt(q{SELECT deltaview.drop_view('cities')}), qr/WARNING:  53400: no background worker is free/, 'the drop of a view goes on');
is(sql($node, q{SELECT state FROM deltaview.sink_stats WHERE sink = 'cities'}), 'dropping', 'its sink waits for that');
is(sql($node, 'SELECT deltaview.start_sinks()'), 'f', 'start_sinks says that there is no room');
sql($node, q{SELECT deltaview.stop_sink('again')});
await('the sink that waits is dropped', sub { sql($node, 'SELECT deltaview.start_sinks()') eq 't'
	&& sql($node, 'SELECT string_agg(sink, \' \' ORDER BY sink) FROM deltaview.sink_catalog') eq 'again declared' });
is(sql($node, q{SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%cities%'}), 0, 'and its slot with it');
right($node, $store, 'declared', 'a worker is free to verify with');
sql($node, q{SELECT deltaview.drop_sink('again', true)});
await('one sink is left', sub { sql($node, 'SELECT count(*) FROM deltaview.sink_catalog') eq '1' });

# No slot.
sql($node, q{SELECT pg_create_physical_replication_slot('other_' || i) FROM generate_series(1, 3) i});
like(attempt(q{SELECT * FROM deltaview.verify_sink('declared')}), qr/ERROR:.*all replication slots are in use/s, 'verify_sink: no slot');
sql($node, q{UPDATE orders SET status = 'held no longer'});
caught_up($node, $store, 'declared');
create_sink($node, 'declared', name => 'again', collection => 'again');
has_failed('again', qr/all replication slots are in use/, 'create_sink: no slot');
sql($node, q{SELECT pg_drop_replication_slot('other_' || i) FROM generate_series(1, 3) i});
await_state($node, 'again', 'streaming');
caught_up($node, $store, 'again');
sql($node, q{SELECT deltaview.drop_sink('again', true)});
await('one sink is left', sub { sql($node, 'SELECT count(*) FROM deltaview.sink_catalog') eq '1' });

# No WAL sender.
my @others = map {
	my $session = { in => "IDENTIFY_SYSTEM;\n", out => '' };
	$session->{process} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') . ' replication=database' ],
		'<', \$session->{in}, '>', \$session->{out}, IPC::Run::timeout(180));
	$session->{process}->pump until $session->{out} =~ /\n/;
	$session;
} 1 .. 3;
like(attempt(q{SELECT * FROM deltaview.verify_sink('declared')}), qr/ERROR:.*exceeds max_wal_senders/s, 'verify_sink: no WAL sender');
create_sink($node, 'declared', name => 'again', collection => 'again');
has_failed('again', qr/exceeds max_wal_senders/, 'create_sink: no WAL sender');
$_->{process}->kill_kill for @others;
await_state($node, 'again', 'streaming');
caught_up($node, $store, 'again');

# Too few when the server starts: the sinks' launcher has one, too, until it has started them all.
my $log = -s $node->logfile;
$node->restart;
await('the log says so', sub { slurp_file($node->logfile, $log) =~ /WARNING:.*no background worker is free for sink/ });
my $running = '';
await('one sink runs', sub { ($running = sql($node, q{SELECT sink FROM deltaview.sink_stats WHERE state = 'streaming'})) ne '' });
my ($other) = grep { $_ ne $running } qw(declared again);
is(stat_of($node, $other, 'state'), 'not running', 'the other does not');
sql($node, "SELECT deltaview.stop_sink('$running')");
await('a worker is free', sub { sql($node, 'SELECT deltaview.start_sinks()') eq 't' });
await_state($node, $other, 'streaming');
$node->append_conf('postgresql.conf', 'max_worker_processes = 4');
$node->restart;
sql($node, "SELECT deltaview.start_sink('$running')");
sql($node, q{UPDATE orders SET status = 'after all'});
await_state($node, $_, 'streaming') for qw(declared again);
right($node, $store, 'declared', 'all is right in the end');
caught_up($node, $store, 'again');
$node->stop;
done_testing();
