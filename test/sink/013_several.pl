# Several sinks: of one view, into one database, of a view that had no key; of an owner who loses what it takes; dropped while
# MongoDB is away.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $store = Store->new(user => 'several', password => 'between us');
my $node = new_server('several');
new_shop($node);
add_server($node, $store);
sql($node, q{
	CREATE ROLE makers; CREATE ROLE clerk IN ROLE makers; CREATE ROLE heir;
	GRANT USAGE ON FOREIGN SERVER store TO makers;
	CREATE USER MAPPING FOR clerk SERVER store OPTIONS (user 'several', password 'between us', auth_source 'admin');
	GRANT CREATE ON SCHEMA public TO clerk, heir;
	SET ROLE clerk;
	CREATE TABLE goods (id int, size int, name text, price numeric, PRIMARY KEY (id, size));
	INSERT INTO goods SELECT i, i % 3, 'goods ' || i, CASE WHEN i % 4 > 0 THEN i / 3.0 END FROM generate_series(1, 40) i;
	GRANT SELECT ON goods TO heir;
	SELECT deltaview.create_view('goods_view', 'SELECT id, size, name, price FROM goods');
	SELECT deltaview.create_sink('goods_view', 'store', 'test', 'goods')});
my @goods = ('--key', 'id,size');

sub refused
{
	my ($statement, $reason, $what) = @_;
	my ($status, $stdout, $stderr) = $node->psql('postgres', $statement);
	like($stderr, $reason, $what);
	return;
}
sub change { sql($node, 'UPDATE goods SET price = coalesce(price, 0) + 1, name = name || size WHERE id % 5 = 1; DELETE FROM goods WHERE id = (SELECT min(id) FROM goods)'); return }
sub dropped { my ($sink) = @_; return await("$sink is dropped", sub { sql($node, "SELECT count(*) FROM deltaview.sink_catalog WHERE sink = '$sink'") eq '0' }) }

# One view, two collections.
create_sink($node, 'goods_view', name => 'brief', collection => 'brief', nulls => 'absent');
create_sink($node, 'declared');
await_state($node, $_, 'streaming') for qw(goods brief declared);
refused(q{SELECT deltaview.create_sink('cities', 'store', 'test', 'goods', '{"name": "other"}')}, qr/sink "goods" already writes to collection "goods"/, 'one collection has one sink');
refused(q{SELECT deltaview.create_sink('cities', 'store', 'test', 'cities', '{"name": "goods"}')}, qr/sink "goods" already exists/, 'a name stands for one sink');
change();
right($node, $store, 'goods', 'the first of two sinks of a view', @goods);
right($node, $store, 'brief', 'the second, which leaves NULLs out', @goods, '--nulls', 'absent');
right($node, $store, 'declared', 'another view in the same database');
is($store->count('test', 'deltaview_positions'), 3, 'each has its position');
sql($node, q{SELECT deltaview.stop_sink('brief')});
await_state($node, 'brief', 'stopped');
change();
right($node, $store, 'goods', 'one stops, the other does not', @goods);
sql($node, q{SELECT deltaview.drop_sink('brief', true)});
dropped('brief');
is($store->count('test', 'deltaview_positions'), 2, 'a position goes with its sink');

# No key, until it is given one.
sql($node, q{SELECT deltaview.create_view('names', 'SELECT name, made FROM products')});
refused(q{SELECT deltaview.create_sink('names', 'store', 'test', 'names')}, qr/ERROR: .*view "names" has no visible key.*HINT: .*PRIMARY KEY/s, 'a view without a key');
sql($node, 'ALTER TABLE names ADD PRIMARY KEY (name)');
create_sink($node, 'names');
await_state($node, 'names', 'streaming');
sql($node, q{UPDATE products SET name = 'renamed ' || id WHERE id > 5; UPDATE products SET made = made + 7; DELETE FROM products WHERE id = 2});
right($node, $store, 'names', 'and with one', '--key', 'name');
refused(q{UPDATE products SET name = 'the same'}, qr/duplicate key/, 'which holds for writers from then on');
sql($node, 'ALTER TABLE names DROP CONSTRAINT names_pkey; UPDATE products SET made = made + 7; DELETE FROM products WHERE id = 3');
ok(await('without it no more', sub { stat_of($node, 'names', 'last_error') =~ /the view's rows have no key/ }), 'without it no more');
sql($node, q{ALTER TABLE names ADD PRIMARY KEY (made)});
sql($node, q{UPDATE products SET name = 'another ' || id WHERE id > 4});
await_state($node, 'names', 'streaming');
right($node, $store, 'names', 'with another key it is copied anew', '--key', 'made');

# The owner loses the right to use the server, and is given it again.
sub loses
{
	my ($what, $take, $give) = @_;
	sql($node, "$take; NOTIFY deltaview_sink, 'goods'");
	await_state($node, 'goods', 'failed');
	change();
	like(stat_of($node, 'goods', 'last_error'), qr/permission denied for foreign server/, "$what: the error says so");
	isnt($store->count('test', 'goods'), sql($node, 'SELECT count(*) FROM goods'), "$what: nothing is written");
	sql($node, "$give; SELECT deltaview.start_sink('goods')");
	await_state($node, 'goods', 'streaming');
	right($node, $store, 'goods', "$what, and gets it back", @goods);
	return;
}
loses('USAGE', 'REVOKE USAGE ON FOREIGN SERVER store FROM makers', 'GRANT USAGE ON FOREIGN SERVER store TO makers');
loses('membership', 'REVOKE makers FROM clerk', 'GRANT makers TO clerk');
loses('the view', 'ALTER TABLE goods_view OWNER TO heir', 'GRANT makers TO heir; '
	. q{CREATE USER MAPPING FOR heir SERVER store OPTIONS (user 'several', password 'between us', auth_source 'admin')});
my $documents = $store->count('test', 'goods');
sql($node, q{REVOKE makers FROM heir; SET ROLE heir; SELECT deltaview.drop_sink('goods', true)});
dropped('goods');
is(sql($node, q{SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%goods%'}), 0, 'who may not use the server may drop the sink');
is($store->count('test', 'goods'), $documents, 'which leaves the collection as it is');

# Dropped while MongoDB is away: the slot goes at once, the position stays, and the next sink of that name is not misled by it.
$store->down(1);
my $log = -s $node->logfile;
sql($node, q{SELECT deltaview.drop_sink('declared', true)});
await('the slot is gone', sub { sql($node, q{SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%declared%'}) eq '0' }, 20);
is(stat_of($node, 'declared', 'state'), 'dropping', 'MongoDB is away: the slot goes at once');
dropped('declared');
like(slurp_file($node->logfile, $log), qr/WARNING:.*sink "declared"/, 'the sink later, with a warning');
$store->down(0);
is($store->count('test', 'declared'), 60, 'the collection is still there');
sql($node, 'DELETE FROM orders WHERE id > 50');
create_sink($node, 'declared', on_lost_slot => 'stop');
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'another sink of that name copies anew');
unlike(slurp_file($node->logfile), qr/between us/, 'the password is not in the log');
$node->stop;
done_testing();
