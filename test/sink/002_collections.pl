# Two views as collections, with authentication: the copy, each kind of change, stop and start, a copy anew without a gap,
# restart, drop; the password shows nowhere.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $password = q{it's a "secret" @:/%24 #1};
my $store = Store->new(user => 'the sink', password => $password);
my $node = new_server('collections');
new_shop($node);
add_server($node, $store);

is(create_sink($node, 'declared'), 'declared', 'create_sink returns the name');
is(create_sink($node, 'cities', name => 'towns', collection => 'the.cities'), 'towns', 'which may be chosen');
await_state($node, $_, 'streaming') for qw(declared towns);
right($node, $store, 'declared', 'the copy of documents');
right($node, $store, 'towns', 'the copy of groups, one of which has NULL as its key');
is(stat_of($node, 'declared', 'rows_copied'), 60, 'rows copied are counted');
my ($document) = $store->find('test', 'declared', { _id => 10 });
ok($document->{at}{'$date'}, 'a timestamp is a date');
ok($document->{items}[0]{price}{'$numberDecimal'}, 'a numeric within an array is a decimal');
ok($document->{items}[0]{sold}{made}{'$date'}, 'a date two levels down is a date');

sub both_right
{
	my ($what, $statements) = @_;
	sql($node, $statements);
	right($node, $store, 'declared', "documents: $what");
	right($node, $store, 'towns', "groups: $what");
	return;
}
both_right('rows come', q{
	INSERT INTO orders VALUES (100, 'c1', 'new', 'a note', '2026-05-01');
	INSERT INTO items VALUES (100, 1, 1, 9.99, '2026-05-02'), (100, 2, 2, 19.90, 'infinity')});
both_right('rows change', q{
	UPDATE items SET price = price + 1 WHERE "order" = 100;
	UPDATE customers SET city = 'CITY_' || city WHERE id IN ('c1', 'c2');
	UPDATE orders SET status = NULL, note = 'another' WHERE id < 5});
both_right('keys change', q{
	BEGIN; UPDATE orders SET id = 200 WHERE id = 100; UPDATE items SET "order" = 200 WHERE "order" = 100; COMMIT;
	BEGIN; UPDATE orders SET id = -id WHERE id IN (1, 2); UPDATE orders SET id = 3 + id WHERE id < 0; COMMIT});
both_right('a key is NULL', q{UPDATE customers SET city = NULL WHERE id = 'c3'});
both_right('a change that a savepoint takes back', q{
	BEGIN; SAVEPOINT s; DELETE FROM items; ROLLBACK TO s; UPDATE items SET price = 7 WHERE no = 3; COMMIT;
	BEGIN; DELETE FROM orders; ROLLBACK});
both_right('rows leave', q{DELETE FROM items WHERE no % 7 = 0; DELETE FROM orders WHERE id % 11 = 0});
is($store->count('test', 'declared'), sql($node, 'SELECT count(*) FROM declared'), 'as many documents as rows');

$store->command([ delete => 'declared', deletes => [ { q => { _id => 12 }, limit => 1 } ] ]);
$store->command([ update => 'declared', updates => [ { q => { _id => 13 }, u => { '$set' => { status => 'forged' } } } ] ]);
$store->command([ insert => 'declared', documents => [ { _id => 'forged' } ] ]);
is(sql($node, q{SELECT string_agg(format('%s %s %s', id::jsonb ->> '$numberInt', view_document IS NOT NULL, collection_document IS NOT NULL), ',' ORDER BY id)
	FROM deltaview.verify_sink('declared')}), ' f t,12 t f,13 t t', 'verify_sink lists what is missing, what differs and what is too much');

# The whole collection is served while it is copied anew.
my $least = 1_000;
sql($node, q{SELECT deltaview.reset_sink('declared')});
await('the forged document is gone', sub {
	my $now = $store->count('test', 'declared');
	$least = $now if $now < $least;
	return !$store->find('test', 'declared', { _id => 'forged' });
});
cmp_ok($least, '>=', sql($node, 'SELECT count(*) FROM declared') - 1, 'no gap in service while it is copied anew');
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'copied anew');
is(sql($node, 'SELECT count(*) FROM pg_replication_slots'), 2, 'the former slot is gone');

sql($node, q{SELECT deltaview.stop_sink('declared')});
await_state($node, 'declared', 'stopped');
sql($node, q{UPDATE orders SET status = 'while stopped'});
is(scalar($store->find('test', 'declared', { status => 'while stopped' })), 0, 'a sink that is stopped does nothing');
my ($code, $stdout, $stderr) = $node->psql('postgres', q{SELECT * FROM deltaview.verify_sink('declared')});
isnt($code, 0, 'and cannot be verified');
sql($node, q{SELECT deltaview.start_sink('declared')});
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'it goes on from where it was');

$node->restart;
sql($node, q{UPDATE customers SET city = 'moved' WHERE id = 'c5'});
await_state($node, $_, 'streaming') for qw(declared towns);
right($node, $store, 'declared', 'after a restart of the server');
right($node, $store, 'towns', 'the other as well');

# A wrong password: nothing is lost, and nothing shows.
sql($node, q{ALTER USER MAPPING FOR CURRENT_USER SERVER store OPTIONS (SET password 'guessed wrong')});
$store->cut;
sql($node, q{UPDATE customers SET city = 'moved on' WHERE id = 'c5'});
# That the connection was cut is its first error.
ok(await('a wrong password is told', sub { stat_of($node, 'declared', 'last_error') =~ /authentication/i }), 'a wrong password is told');
sql($node, 'ALTER USER MAPPING FOR CURRENT_USER SERVER store OPTIONS (SET password ' . quoted($password) . ')');
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'the right one is taken without a restart');
my $shown = slurp_file($node->logfile) . sql($node, 'SELECT * FROM pg_stat_activity') . sql($node, 'SELECT * FROM deltaview.sink_stats')
	. sql($node, 'SELECT * FROM deltaview.sink_progress');
is(() = $shown =~ /secret|guessed/g, 0, 'no password in the log, the statistics, the sessions');

my $slot = stat_of($node, 'declared', 'slot');
sql($node, q{SELECT deltaview.drop_sink('declared')});
await('the slot is gone', sub { sql($node, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$slot'") eq '0' });
is($store->count('test', 'declared'), sql($node, 'SELECT count(*) FROM declared'), 'drop_sink leaves the collection');
await('the sink is gone', sub { sql($node, 'SELECT count(*) FROM deltaview.sink_catalog') eq '1' });
create_sink($node, 'declared', start => JSON::PP::true);
await_state($node, 'declared', 'failed');
like(stat_of($node, 'declared', 'last_error'), qr/empty/, 'a collection with documents is not taken over unasked');
sql($node, q{SELECT deltaview.drop_sink('declared')});
await('the sink is gone', sub { sql($node, 'SELECT count(*) FROM deltaview.sink_catalog') eq '1' });
create_sink($node, 'declared', replace => JSON::PP::true);
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'it is when asked for');
sql($node, q{SELECT deltaview.drop_sink('declared', drop_collection => true)});
await('the collection is gone', sub { $store->count('test', 'declared') == 0 });
await('all of it is gone', sub { sql($node, 'SELECT count(*) FROM pg_replication_slots') eq '1' });
right($node, $store, 'towns', 'the other sink has seen nothing of that');
$node->stop;
done_testing();
