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

sub start_program
{
	my @command = ('deltaview_sink', '--conninfo', $node->connstr('postgres'), '--sink', 'declared', @_);
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
my @verify = ('deltaview_sink', '--conninfo', $node->connstr('postgres'), '--sink', 'declared', '--verify');
ok(IPC::Run::run(\@verify, '>', \$found, '2>', \$errors), 'deltaview_sink --verify: nothing differs');
$store->command([ delete => 'declared', deletes => [ { q => { _id => 12 }, limit => 1 } ] ]);
ok(!IPC::Run::run(\@verify, '>', \$found, '2>', \$errors), 'it has status 1 where something does');
like($found, qr/12/, 'and prints it');

sql($node, q{SELECT deltaview.stop_sink('declared')});
$second->finish;
is($second->full_result(0), 0, 'stop_sink ends it');
unlike($output . $errors . slurp_file($node->logfile), qr/kept quiet/, 'the password is not in what it says');
$node->stop;
done_testing();
