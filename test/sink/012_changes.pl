# The declaration of a view changes under its sink, its tables change, and others write meanwhile.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $store = Store->new;
my $node = new_server('changes');
new_shop($node);
add_server($node, $store);
create_sink($node, 'declared');
await_state($node, 'declared', 'streaming');
sql($node, q{
	CREATE TABLE payments ("order" int, no int, amount numeric, at date, PRIMARY KEY ("order", no));
	INSERT INTO payments SELECT i, 1, i / 7.0, date '2026-02-02' + i FROM generate_series(1, 20) i;
	INSERT INTO payments SELECT i, 2, i, NULL FROM generate_series(1, 5) i});

# Paths and the tables whose columns are there.
my %shape = ('' => 'orders', buyer => 'customers', items => 'items', 'items.sold' => 'products', 'items.sold.by' => 'sellers');
my $view = 'declared';
sub rules { return ('--key', 'id', '--document', 'document', '--shape', JSON::PP->new->canonical->encode(\%shape)) }

# A change while others write, who may get in each other's way; after it all is right.
my $step = 0;
sub amid
{
	my ($what, $statements, %paths) = @_;
	$step++;
	my $input = join '', map { my $i = $_; qq{
		BEGIN;
		UPDATE orders SET status = 'step $step, $i' WHERE id = 1 + $i % 60;
		UPDATE items SET sent = sent + interval '1 day' WHERE no = 1 + ($step + $i) % 150;
		UPDATE products SET made = made + 1 WHERE id = 1 + $i % 8;
		UPDATE payments SET at = at + 1 WHERE "order" = 1 + $i % 20;
		COMMIT;} } 1 .. 100;
	my $writer = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$input, '>', \my $output, '2>&1');
	my ($status, $stdout, $stderr);
	for (1 .. 10)
	{
		($status, $stdout, $stderr) = $node->psql('postgres', "BEGIN; $statements; COMMIT");
		last if $stderr !~ /deadlock detected/;
	}
	$writer->finish;
	is($status, 0, "$what: done") or diag($stderr);
	unlike($output, qr/ERROR:  (?!deadlock detected|current transaction is aborted)/, "$what: others write");
	defined $paths{$_} ? ($shape{$_} = $paths{$_}) : delete $shape{$_} for keys %paths;
	right($node, $store, 'declared', $what, rules());
	is(sql($node, "SELECT count(*) FROM deltaview.verify('$view')"), 0, "$what: and so is the view");
	return;
}
sub kind { my ($value) = @_; return ref $value eq 'HASH' ? (keys %$value)[0] : $value }
sub order { return ($store->find('test', 'declared', { _id => 10 }))[0] }

amid('embed', q{SELECT deltaview.embed('declared', 'payments', 'paid', 'array', '{id=order}')}, paid => 'payments');
is(kind(order()->{paid}[0]{at}), '$date', 'what is embedded later has its types');
amid('unembed of objects in objects', q{SELECT deltaview.unembed('declared', 'items.sold')}, 'items.sold' => undef, 'items.sold.by' => undef);
amid('embed in another place', q{SELECT deltaview.embed('declared', 'products', 'items.ware', 'object', '{product=id}', '{name,made}')},
	'items.ware' => 'products');
amid('columns more', q{
	ALTER TABLE payments ADD COLUMN "when" timestamptz DEFAULT '2026-06-01 12:00:00.123+02', ADD COLUMN raw bytea, ADD COLUMN days int DEFAULT 30;
	ALTER TABLE orders ADD COLUMN total numeric;
	UPDATE payments SET raw = '\xc0ff' WHERE "order" = 10;
	UPDATE orders SET total = id / 3.0});
is(kind(order()->{paid}[0]{when}), '$date', 'a column that comes later has its type');
is(kind(order()->{paid}[0]{raw}), '$binary', 'each of them');
amid('a column with another name', q{ALTER TABLE customers RENAME COLUMN note TO remark; ALTER TABLE orders RENAME COLUMN note TO remark});
amid('tables with other names', q{ALTER TABLE payments RENAME TO transfers; ALTER TABLE transfers RENAME TO payments});
amid('a column of another type', q{ALTER TABLE payments ALTER COLUMN days TYPE bigint});
is(kind(order()->{paid}[0]{days}), '$numberLong', 'which the documents have, though as JSON they are what they were');
amid('no date any more', q{ALTER TABLE payments ALTER COLUMN "when" TYPE text});
is(ref order()->{paid}[0]{when}, '', 'but a string');
amid('another type, in one transaction with changes', q{
	UPDATE payments SET amount = amount + 1 WHERE "order" < 5;
	SELECT deltaview.unembed('declared', 'paid');
	UPDATE orders SET remark = 'meanwhile' WHERE id < 3;
	ALTER TABLE payments ALTER COLUMN amount TYPE float8;
	SELECT deltaview.embed('declared', 'payments', 'paid', 'array', '{id=order}');
	UPDATE payments SET amount = amount + 0.25 WHERE "order" > 5});
is(kind(order()->{paid}[0]{amount}), '$numberDouble', 'which the documents have');
amid('TRUNCATE of an embedded table', q{TRUNCATE payments});
amid('filled again, in a transaction that is taken back in part', q{
	INSERT INTO payments ("order", no, amount, at) SELECT i, 1, i, '2026-03-03' FROM generate_series(1, 20) i;
	SAVEPOINT s;
	SELECT deltaview.unembed('declared', 'paid');
	UPDATE orders SET remark = 'taken back' WHERE id < 30;
	ROLLBACK TO s;
	UPDATE orders SET remark = 'kept' WHERE id < 3});
amid('refresh', q{SELECT deltaview.refresh('declared')});
amid('refresh, complete', q{SELECT deltaview.refresh('declared', 'complete')});
amid('paused, changed and refreshed', q{
	SELECT deltaview.pause('declared');
	UPDATE customers SET city = 'while paused';
	SELECT deltaview.resume('declared')});

$view = 'attic.shown';
amid('other names of view, schema and server', q{
	CREATE SCHEMA attic;
	ALTER TABLE declared RENAME TO shown;
	ALTER TABLE shown SET SCHEMA attic;
	ALTER SERVER store RENAME TO storage});
for my $refused ('RENAME COLUMN document TO content', 'DROP COLUMN document', 'ALTER COLUMN document TYPE json', 'ADD COLUMN more int')
{
	my ($status, $stdout, $stderr) = $node->psql('postgres', "ALTER TABLE attic.shown $refused");
	like($stderr, qr/^psql:\S+ ERROR:/, "$refused: refused");
}
await_state($node, 'declared', 'streaming');

# A table that goes takes the view and its sink with it; another view takes the collection over.
sql($node, 'DROP TABLE orders CASCADE');
await('the sink is gone', sub { sql($node, 'SELECT (SELECT count(*) FROM deltaview.sink_catalog) + (SELECT count(*) FROM pg_replication_slots)') eq '0' });
is($store->count('test', 'declared'), 60, 'the collection stays');
sql($node, q{
	CREATE TABLE declared_now (id bigint PRIMARY KEY, day date);
	INSERT INTO declared_now SELECT i, date '2026-01-01' + i FROM generate_series(1, 40) i;
	SELECT deltaview.create_view('declared', 'SELECT id, day FROM declared_now')});
create_sink($node, 'declared', server => 'storage', replace => JSON::PP::true);
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'until another view has it', '--key', 'id');
$node->stop;
done_testing();
