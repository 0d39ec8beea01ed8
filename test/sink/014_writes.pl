# How documents are written: what is new is inserted, what has changed is replaced, or deleted and inserted where that is
# chosen, in one transaction each; and where the collection is not what the sink takes it to be, it is made right.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $store = Store->new;
my $node = new_server('writes');
new_shop($node);
add_server($node, $store);
my %sinks = (declared => 'replace', rewritten => 'delete_insert');
create_sink($node, 'declared', write => 'replace');
create_sink($node, 'declared', name => 'rewritten', collection => 'rewritten', write => 'delete_insert');
await_state($node, $_, 'streaming') for keys %sinks;

# What is sent to both collections for the statements: commands with the number of their operations.
sub sent
{
	my ($statements) = @_;
	$store->commands;
	sql($node, $statements);
	caught_up($node, $store, $_) for keys %sinks;
	my @commands = grep { $_->{command} =~ /^(?:insert|update|delete)$/ } $store->commands;
	is(scalar(grep { !exists $_->{autocommit} && $_->{collection} ne 'deltaview_positions' } @commands), 0, 'all documents in transactions');
	my %sent;
	push @{ $sent{ $_->{collection} } }, "$_->{command} $_->{count}" for @commands;
	return map { join ', ', @{ $sent{$_} // [] } } sort keys %sinks;
}

is_deeply([ sent(q{INSERT INTO orders SELECT i, 'c1', 'new' FROM generate_series(500, 519) i}) ],
	[ 'insert 20', 'insert 20' ], 'what is new is inserted');
is_deeply([ sent(q{UPDATE orders SET status = 'changed' WHERE id BETWEEN 500 AND 519}) ],
	[ 'update 20', 'delete 1, insert 20' ], 'what has changed is replaced, or deleted and inserted');
is_deeply([ sent(q{DELETE FROM orders WHERE id BETWEEN 510 AND 519}) ], [ 'delete 1', 'delete 1' ], 'what goes is deleted at once');
is_deeply([ sent(q{BEGIN; INSERT INTO orders VALUES (510, 'c1', 'back'); UPDATE orders SET status = 'and changed' WHERE id IN (510, 509);
	UPDATE orders SET id = 511 WHERE id = 508; DELETE FROM orders WHERE id = 507; INSERT INTO orders VALUES (507, 'c2', 'another');
	INSERT INTO orders VALUES (512, 'c2', 'for a moment'); DELETE FROM orders WHERE id = 512; COMMIT}) ],
	[ 'delete 1, update 2, insert 2', 'delete 1, insert 4' ], 'all of that in one transaction');
right($node, $store, 'declared', 'right');
right($node, $store, 'rewritten', 'right, rewritten', '--key', 'id', '--document', 'document', '--shape', shop_shape());

sub both_right
{
	my ($what) = @_;
	right($node, $store, 'declared', "$what: replaced");
	right($node, $store, 'rewritten', "$what: rewritten", '--key', 'id', '--document', 'document', '--shape', shop_shape());
	return;
}

# Somebody else writes to the collections.
sub retries { return join ' ', map { stat_of($node, $_, 'retries') } sort keys %sinks }
my $before = retries();
$store->command([ insert => $_, documents => [ { _id => 600, status => 'forged' }, { _id => 601 } ] ]) for keys %sinks;
sql($node, q{INSERT INTO orders SELECT i, 'c3', 'new' FROM generate_series(590, 610) i});
both_right('documents that should be new are there');
isnt(retries(), $before, 'and that shows');
$store->command([ delete => $_, deletes => [ { q => { _id => 601 }, limit => 1 } ] ]) for keys %sinks;
sql($node, q{UPDATE orders SET status = 'again' WHERE id BETWEEN 590 AND 610});
both_right('a document that has changed is missing');
$store->command([ delete => $_, deletes => [ { q => { _id => 602 }, limit => 1 } ] ]) for keys %sinks;
sql($node, q{DELETE FROM orders WHERE id BETWEEN 600 AND 610});
both_right('a document that goes has gone');

# Cut at each of the commands: whatever was done of it is undone, or done already.
my $yes = JSON::PP::true;
for my $fault (
	[ 'insert' ], [ 'insert', after => $yes ], [ 'delete' ], [ 'delete', after => $yes ],
	[ 'commitTransaction', after => $yes, times => 2 ])
{
	my ($command, %fault) = @$fault;
	my $struck = $store->proxy(status => $yes)->{struck};
	$store->fault(command => $command, cut => $yes, %fault);
	sql($node, q{
		UPDATE orders SET status = status || '.' WHERE id % 5 = 1;
		DELETE FROM orders WHERE id IN (590, 591);
		INSERT INTO orders SELECT i, 'c4', 'new' FROM generate_series(590, 591) i});
	caught_up($node, $store, $_) for keys %sinks;
	cmp_ok($store->proxy(clear => $yes)->{struck}, '>', $struck, "$command is cut" . ($fault{after} ? ' when it was done' : ''));
	both_right('after that');
}

# A transaction too large to be kept in memory, and a document of another hand in it: it is still seen whole.
sql($node, q{
	CREATE TABLE many (id int PRIMARY KEY, v text);
	INSERT INTO many SELECT i, repeat('x', 200) FROM generate_series(1, 5000) i;
	SELECT deltaview.create_view('many_view', 'SELECT id, v FROM many')});
create_sink($node, 'many_view', name => "many_$_", collection => "many_$_", batch_bytes => '64kB', write => $_) for values %sinks;
await_state($node, "many_$_", 'streaming') for values %sinks;
sql($node, q{INSERT INTO many SELECT i, repeat('y', 200) FROM generate_series(5001, 9000) i; UPDATE many SET v = repeat('z', 200)});
right($node, $store, "many_$_", "large transactions: $_", '--key', 'id') for values %sinks;
for my $write (values %sinks)
{
	$store->command([ insert => "many_$write", documents => [ { _id => 13000 } ] ]);
	$store->command([ delete => "many_$write", deletes => [ { q => { _id => 8000 }, limit => 1 } ] ]);
}
sql($node, q{INSERT INTO many SELECT i, repeat('y', 200) FROM generate_series(9001, 13500) i});
sql($node, q{UPDATE many SET v = repeat('w', 200)});
right($node, $store, "many_$_", "large transactions with documents of others: $_", '--key', 'id') for values %sinks;
unlike(slurp_file($node->logfile), qr/too large for one of MongoDB's/, 'and none is written in parts');

is(sql($node, 'SELECT count(*) FROM deltaview.sink_errors'), 0, 'nothing was set aside');
$node->stop;
done_testing();
