# The program deltaview_sink in place of the worker: the same, from outside.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;
use Time::HiRes qw(sleep);

my $store = Store->new(user => 'program', password => 'kept quiet', lifetime => 3);
my $node = new_server('program');
new_shop($node);
add_server($node, $store);
create_sink($node, 'declared', runner => 'program');
my $output = '';
my $superuser = sql($node, 'SELECT current_user');

sub command
{
	my ($sink, $user, @options) = @_;
	return ('deltaview_sink', '--conninfo', $node->connstr('postgres') . " user=$user", '--sink', $sink, @options);
}

sub start_program
{
	my @command = command(@_ ? @_ : ('declared', $superuser));
	return IPC::Run::start(\@command, '>', \$output, '2>', \$output, IPC::Run::timeout(300));
}
my $round = 0;
sub change { $round++; sql($node, "UPDATE orders SET status = 'round $round' WHERE id % 3 = $round % 3"); return }

is(stat_of($node, 'declared', 'state'), 'not running', 'no worker runs it');
my $program = start_program();
await_state($node, 'declared', 'streaming');
change();
right($node, $store, 'declared', 'copy and stream');

my $second = start_program();
sleep 2;
change();
right($node, $store, 'declared', 'a second program waits');
$program->signal('TERM');
$program->finish;
is($program->full_result(0), 0, 'SIGTERM ends it with status 0');
change();
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'and the second takes over');

for (1 .. 3)
{
	$store->fault(command => 'commitTransaction', cut => JSON::PP::true, after => JSON::PP::true, times => 3) if $_ == 2;
	change();
	$second->signal('KILL');
	eval { $second->finish };
	change();
	$second = start_program();
	await_state($node, 'declared', 'streaming');
	right($node, $store, 'declared', "killed, and started again: $_");
}

$node->stop('immediate');
sleep 1;
$node->start;
change();
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'the server is killed under it');

my ($found, $errors) = ('', '');
my @verify = command('declared', $superuser, '--verify');
ok(IPC::Run::run(\@verify, '>', \$found, '2>', \$errors), 'deltaview_sink --verify: nothing differs');
$store->command([ delete => 'declared', deletes => [ { q => { _id => 12 }, limit => 1 } ] ]);
ok(!IPC::Run::run(\@verify, '>', \$found, '2>', \$errors), 'it has status 1 where something does');
like($found, qr/12/, 'and prints it');

sql($node, q{SELECT deltaview.stop_sink('declared')});
$second->finish;
is($second->full_result(0), 0, 'stop_sink ends it');

# As a role that has no more rights than it needs, and then less.
sql($node, q{
	CREATE ROLE clerk; CREATE ROLE runner LOGIN REPLICATION IN ROLE clerk;
	GRANT CREATE ON SCHEMA public TO clerk;
	GRANT USAGE ON FOREIGN SERVER store TO clerk;
	CREATE USER MAPPING FOR clerk SERVER store OPTIONS (user 'program', password 'kept quiet', auth_source 'admin');
	SET ROLE clerk;
	CREATE TABLE goods (id int PRIMARY KEY, name text);
	INSERT INTO goods SELECT i, 'goods ' || i FROM generate_series(1, 40) i;
	SELECT deltaview.create_view('goods_view', 'SELECT id, name FROM goods');
	SELECT deltaview.create_sink('goods_view', 'store', 'test', 'goods', '{"runner": "program"}')});
$program = start_program('goods', 'runner');
await_state($node, 'goods', 'streaming');
sql($node, q{UPDATE goods SET name = 'sold' WHERE id < 9; DELETE FROM goods WHERE id > 30});
right($node, $store, 'goods', 'a role with REPLICATION, member of the owner', '--key', 'id');
ok(IPC::Run::run([ command('goods', 'runner', '--verify') ], '>', \$found, '2>', \$errors), 'which may verify, too');
sql($node, q{REVOKE clerk FROM runner; UPDATE goods SET name = 'stolen' WHERE id < 5; NOTIFY deltaview_sink, 'goods'});
$program->finish;
is($program->full_result(0) >> 8, 3, 'a member no more: it fails');
like($output, qr/must be owner of sink "goods"/, 'and says why');
sql($node, q{GRANT clerk TO runner});
$program = start_program('goods', 'runner');
await_state($node, 'goods', 'streaming');
right($node, $store, 'goods', 'a member again', '--key', 'id');
sql($node, q{SELECT deltaview.drop_sink('goods')});
$program->finish;
is($program->full_result(0), 0, 'drop_sink ends it');
is(sql($node, q{SELECT count(*) FROM deltaview.sink_catalog WHERE sink = 'goods'}), 0, 'and it has dropped it');
unlike($output . $errors . slurp_file($node->logfile), qr/kept quiet/, 'the password is not in what it says');
$node->stop;
done_testing();
