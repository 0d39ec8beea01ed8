# The known faults of document pipelines, one by one: none of them here.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $store = Store->new;
my $node = new_server('pipelines');
new_shop($node);
sql($node, 'TRUNCATE orders, items');
add_server($node, $store);
create_sink($node, 'declared');
await_state($node, 'declared', 'streaming');

sub document { my ($id) = @_; return ($store->find('test', 'declared', { _id => $id }))[0] }
sub items { my ($id) = @_; return join ' ', map { Store::number($_->{no}) } @{ (document($id) // {})->{items} // [] } }
sub change { my ($what, $statements) = @_; return settled($node, $store, 'declared', $what, $statements) }

change('the first documents', q{
	INSERT INTO orders VALUES (1, 'c1', 'new'), (2, 'c2', 'sent'), (3, NULL, 'new');
	INSERT INTO items VALUES (1, 1, 1, 10), (1, 2, 2, 20), (1, 3, 3, 30), (2, 1, 1, 11)});

change('an item that changes', q{UPDATE items SET price = 99 WHERE "order" = 1 AND no = 2});
is(items(1), '1 2 3', 'is not beside its former self');
change('an item that leaves', q{DELETE FROM items WHERE "order" = 1 AND no = 2});
is(items(1), '1 3', 'takes no other with it');

change('an item that comes before its order', q{INSERT INTO items VALUES (7, 1, 2, 5)});
is(document(7), undef, 'makes no document');
change('its order comes', q{INSERT INTO orders VALUES (7, 'c1', 'new')});
is(items(7), '1', 'and has it');
change('an order before its customer', q{INSERT INTO orders VALUES (8, 'c88', 'new'); INSERT INTO customers VALUES ('c88', 'Oslo')});
is(document(8)->{buyer}{city}, 'Oslo', 'has it in the end');

change('an item that moves', q{UPDATE items SET "order" = 2, no = 5 WHERE "order" = 1 AND no = 3});
is(items(1) . '/' . items(2), '1/1 5', 'is in one order only');

# Sent again after the store has done it and before anybody knows: the last position is not confirmed.
$store->fault(command => 'commitTransaction', cut => JSON::PP::true, after => JSON::PP::true, times => 2);
change('an order that goes', q{BEGIN; DELETE FROM items WHERE "order" = 7; DELETE FROM orders WHERE id = 7; COMMIT});
sql($node, q{SELECT deltaview.stop_sink('declared')});
await_state($node, 'declared', 'stopped');
sql($node, q{SELECT deltaview.start_sink('declared')});
await_state($node, 'declared', 'streaming');
is(document(7), undef, 'does not come back with what is sent again');

my $town = sql($node, q{SELECT count(*) FROM declared WHERE document::text LIKE '%town 2%'});
change('a dimension that changes', q{UPDATE sellers SET city = 'CITY_2' WHERE id = 2});
is(scalar(my @found = $store->find('test', 'declared', { 'items.sold.by.city' => 'CITY_2' })), $town, 'is in each document that has it');

my $large = q{(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3200) i)};
change('a large value', qq{UPDATE customers SET note = $large WHERE id = 'c1'; UPDATE orders SET note = $large WHERE id = 1});
change('beside it another column changes', q{UPDATE orders SET status = 'paid' WHERE id = 1});
change('and another table', q{UPDATE items SET price = price + 1; UPDATE products SET name = upper(name)});
is(length document(1)->{note}, 102_400, 'the large value is not lost');

change('a primary key that changes', q{
	BEGIN; UPDATE orders SET id = 21 WHERE id = 1; UPDATE items SET "order" = 21 WHERE "order" = 1; COMMIT});
is(document(1), undef, 'leaves no document behind');
is(items(21), '1', 'and has its items');
change('primary keys that are swapped', q{
	BEGIN; UPDATE orders SET id = -2 WHERE id = 2; UPDATE orders SET id = 2 WHERE id = 21; UPDATE orders SET id = 21 WHERE id = -2; COMMIT});

# Killed between the write and the checkpoint: the same comes again.
sql($node, q{SELECT deltaview.stop_sink('declared')});
await_state($node, 'declared', 'stopped');
my $slot = stat_of($node, 'declared', 'slot');
sql($node, q{
	INSERT INTO orders SELECT i, 'c' || i % 4, 'new' FROM generate_series(30, 42) i;
	INSERT INTO items SELECT 30 + i % 14, i, 1 + i % 4, i FROM generate_series(1, 40) i;
	DELETE FROM items WHERE no % 5 = 0;
	DELETE FROM orders WHERE id = 31});
$store->fault(command => 'commitTransaction', cut => JSON::PP::true, after => JSON::PP::true);
sql($node, q{SELECT deltaview.start_sink('declared')});
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'written, and not known to be');

change('TRUNCATE of the items', q{TRUNCATE items});
is(join('', map { items($_) } 2, 3, 8, 21), '', 'leaves no item behind');
change('TRUNCATE of all', q{TRUNCATE orders, customers});
is($store->count('test', 'declared'), 0, 'leaves no document behind');
change('and it goes on', q{INSERT INTO orders VALUES (1, 'c1', 'new')});
$node->stop;
done_testing();
