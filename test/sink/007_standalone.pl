# A server without transactions: replaces and deletes guarded by their positions, so that what comes again goes nowhere.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;
use Time::HiRes qw(sleep);

my $yes = JSON::PP::true;
my $store = Store->new(standalone => 1);
my $node = new_server('standalone');
new_shop($node);
add_server($node, $store);
create_sink($node, $_) for qw(declared cities);
await_state($node, $_, 'streaming') for qw(declared cities);
right($node, $store, $_, "the copy of $_") for qw(declared cities);

my $round = 0;
sub change
{
	$round++;
	sql($node, "
		UPDATE orders SET status = 'round $round' WHERE id % 3 = $round % 3;
		UPDATE items SET price = price + 1 WHERE no % 5 = $round % 5;
		DELETE FROM orders WHERE id = 5 + $round % 4;
		INSERT INTO orders SELECT i, 'c2', 'new' FROM generate_series(5, 8) i WHERE i <> 5 + $round % 4 ON CONFLICT DO NOTHING");
	return;
}
$store->commands;
change();
right($node, $store, 'declared', 'changes');
my @writes = grep { $_->{command} =~ /^(?:insert|update|delete)$/ } $store->commands;
is(scalar(grep { exists $_->{autocommit} } @writes), 0, 'no transactions are asked for');
is(scalar(grep { ($_->{writeConcern}{w} // '') ne 'majority' } @writes), 0, 'all is acknowledged by a majority');

for my $fault (
	[ 'cut in mid-batch', command => 'update', collection => 'declared', cut => $yes ],
	[ 'cut when mid-batch was done', command => 'update', collection => 'declared', cut => $yes, after => $yes ],
	[ 'cut in the deletes', command => 'delete', collection => 'declared', cut => $yes ],
	[ 'cut when the deletes were done', command => 'delete', collection => 'declared', cut => $yes, after => $yes ],
	[ 'cut at the position', command => 'update', collection => 'deltaview_positions', cut => $yes, skip => 1 ],
	[ 'cut when the position was written', command => 'update', collection => 'deltaview_positions', cut => $yes, after => $yes, skip => 1 ],
	[ 'steps down in mid-batch', command => 'update', collection => 'declared', code => 10107 ],
	[ 'not acknowledged', command => 'update', collection => 'declared', concern => 64 ])
{
	my ($what, %fault) = @$fault;
	$store->fault(%fault);
	change();
	change();
	caught_up($node, $store, 'declared');
	right($node, $store, 'declared', $what);
	$store->proxy(clear => $yes);
}

# Written in part, and then both ends are killed: the same comes again, and no document goes back in time meanwhile.
for (1 .. 3)
{
	$store->fault(command => 'update', collection => 'deltaview_positions', cut => $yes, after => $yes, times => 50);
	$store->fault(command => 'delete', cut => $yes, times => 50);
	change();
	change();
	sleep 0.5;
	$node->stop('immediate');
	$store->kill9;
	$store->proxy(clear => $yes);
	$store->start;
	$node->start;
	change();
	caught_up($node, $store, $_) for qw(declared cities);
}
await_state($node, $_, 'streaming') for qw(declared cities);
right($node, $store, $_, "both ends are killed: $_") for qw(declared cities);
$node->stop;
done_testing();
