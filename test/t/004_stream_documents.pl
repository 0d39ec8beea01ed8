# A store that applies the change stream of document views holds, at every commit, the documents as the views have
# them: the known faults of document pipelines, one by one, and random transactions; then any end of the stream again.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Stream;
use Test::More;

my $seed = $ENV{FUZZ_SEED} // 2026;
my @views = qw(declared documents documents_text cities priced);

my $node = PostgreSQL::Test::Cluster->new('documents');
$node->init(allows_streaming => 'logical');
trust_plugin($node);
$node->append_conf('postgresql.conf', "logical_decoding_work_mem = '64kB'\nautovacuum = off\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_deltaview;
	CREATE TABLE customers (id text PRIMARY KEY, city text, note text);
	CREATE TABLE sellers (id int PRIMARY KEY, city text);
	CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, seller int);
	CREATE TABLE orders (id int PRIMARY KEY, customer text, status text, note text, at timestamptz);
	CREATE TABLE items ("order" int, no int, product int, price numeric(10,2), PRIMARY KEY ("order", no));
	CREATE INDEX ON orders (customer);
	CREATE INDEX ON items (product);
	CREATE INDEX ON products (seller);
	SELECT deltaview.create_document_view('declared', 'orders');
	SELECT deltaview.embed('declared', 'customers', 'buyer', 'object', '{customer=id}');
	SELECT deltaview.embed('declared', 'items', 'items', 'array', '{id=order}');
	SELECT deltaview.embed('declared', 'products', 'items.sold', 'object', '{product=id}');
	SELECT deltaview.embed('declared', 'sellers', 'items.sold.by', 'object', '{seller=id}');
	SELECT deltaview.start('declared');
	SELECT deltaview.create_view('documents', $$
		SELECT o.id, o.status, o.note, jsonb_build_object('id', o.id, 'status', o.status, 'at', o.at,
			'customer', (SELECT jsonb_build_object('id', c.id, 'city', c.city, 'note', c.note) FROM customers c WHERE c.id = o.customer),
			'items', coalesce((SELECT jsonb_agg(jsonb_build_object('no', i.no, 'price', i.price,
				'product', (SELECT jsonb_build_object('name', p.name, 'seller', (SELECT to_jsonb(s) FROM sellers s WHERE s.id = p.seller))
					FROM products p WHERE p.id = i.product)) ORDER BY i.no) FROM items i WHERE i."order" = o.id), '[]')) AS document
		FROM orders o $$);
	SELECT deltaview.create_view('documents_text', $$
		SELECT i."order", json_agg(json_build_object('no', i.no, 'product', p.name) ORDER BY i.no) AS items, count(*) AS n
		FROM items i LEFT JOIN products p ON p.id = i.product GROUP BY i."order" $$);
	SELECT deltaview.create_view('cities', $$
		SELECT c.city, count(*) AS orders, max(o.id) AS latest FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city $$);
	SELECT deltaview.create_view('priced', $$
		SELECT i.no, i."order", i.price, p.id AS product, p.name FROM items i JOIN products p ON p.id = i.product $$);
	SELECT pg_create_logical_replication_slot('documents', 'pg_deltaview');
});

my (%store, @all);
my $store = \%store;

# Commits, follows, and compares every view.
sub change
{
	my ($what, $sql) = @_;
	$node->safe_psql('postgres', $sql);
	my @events = receive($node, 'documents');
	push @all, @events;
	apply_all($store, @events);
	is(same_content($node, $store, @views), '', $what);
	return @events;
}

# Of the declared view; the one made by hand compares as well.
sub document { my ($id) = @_; return $store->{declared}{"{\"id\":$id}"} // 'none' }
sub items { my ($id) = @_; return join ' ', document($id) =~ /"no":(\d+)/g }

change('the first documents', q{
	INSERT INTO customers VALUES ('c1', 'Paris'), ('c2', 'Rome');
	INSERT INTO sellers VALUES (1, 'Lyon'), (2, 'Turin');
	INSERT INTO products VALUES (1, 'pen', 1), (2, 'ink', 2), (3, 'pad', NULL);
	INSERT INTO orders VALUES (1, 'c1', 'new'), (2, 'c2', 'sent'), (3, NULL, 'new');
	INSERT INTO items VALUES (1, 1, 1, 10), (1, 2, 2, 20), (1, 3, 3, 30), (2, 1, 1, 11);
});

# The known faults.
change('an item that changes', q{UPDATE items SET price = 99 WHERE "order" = 1 AND no = 2});
is(items(1), '1 2 3', 'an item that changes does not stay beside its new self');
like(document(1), qr/99/, 'and shows its new price');

change('an item that leaves', q{DELETE FROM items WHERE "order" = 1 AND no = 2});
is(items(1), '1 3', 'takes no other item with it');

change('an item that comes before its order', q{INSERT INTO items VALUES (7, 1, 2, 5)});
is(document(7), 'none', 'has no document yet');
change('its order comes', q{INSERT INTO orders VALUES (7, 'c1', 'new')});
is(items(7), '1', 'and has the item');
change('an order that comes before its customer, with its items before it', q{
	BEGIN;
	INSERT INTO items VALUES (8, 1, 2, 5);
	INSERT INTO orders VALUES (8, 'c8', 'new');
	COMMIT;
	INSERT INTO customers VALUES ('c8', 'Oslo')});
like(document(8), qr/Oslo/, 'has it in the end');

change('an item that moves to another order', q{UPDATE items SET "order" = 2, no = 5 WHERE "order" = 1 AND no = 3});
is(items(1) . '/' . items(2), '1/1 5', 'is in that one only');

change('an order that goes', q{BEGIN; DELETE FROM items WHERE "order" = 7; DELETE FROM orders WHERE id = 7; COMMIT});
apply_all($store, @all);
is(document(7), 'none', 'does not come back when all is sent again');
is(same_content($node, $store, @views), '', 'nor does anything else');

my @events = change('a dimension that changes', q{UPDATE sellers SET city = 'CITY_' || city WHERE id = 1});
is(scalar(grep { ($_->{table} // '') eq 'declared' } @events), scalar(grep { /CITY_Lyon/ } values %{ $store->{declared} }),
	'a dimension that changes fans out to the documents that show it, and to no other');

my $large = q{(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 3200) i)};
change('a large value', qq{UPDATE customers SET note = $large WHERE id = 'c1'; UPDATE orders SET note = $large WHERE id = 1});
change('a large value that does not change', q{UPDATE orders SET status = 'paid' WHERE id = 1});
cmp_ok(length document(1), '>', 200_000, 'a large value that does not change is not lost');
change('a large value beside which another table changes', q{UPDATE items SET price = price + 1; UPDATE products SET name = upper(name)});
cmp_ok(length document(1), '>', 200_000, 'nor is it by a change elsewhere');

change('a primary key that changes', q{UPDATE orders SET id = 21 WHERE id = 1; UPDATE items SET "order" = 21 WHERE "order" = 1});
is(document(1), 'none', 'leaves no document under its old value');
is(items(21), '1', 'and has one under the new');
change('primary keys that are swapped', q{
	BEGIN; UPDATE orders SET id = -2 WHERE id = 2; UPDATE orders SET id = 2 WHERE id = 21; UPDATE orders SET id = 21 WHERE id = -2; COMMIT});

change('TRUNCATE of the items', q{TRUNCATE items});
is(join('', map { items($_) } 2, 3, 8, 21), '', 'leaves no item behind');
change('TRUNCATE of all', q{TRUNCATE orders, customers});
is(scalar(keys %{ $store->{declared} }), 0, 'leaves no document behind');

# The consumer writes, and dies before it confirms: the same comes again.
$node->safe_psql('postgres', q{
	INSERT INTO orders SELECT i, 'c' || i % 4, 'new' FROM generate_series(1, 12) i;
	INSERT INTO customers SELECT 'c' || i, 'city ' || i, NULL FROM generate_series(1, 3) i;
	INSERT INTO items SELECT 1 + i % 14, i, 1 + i % 4, i FROM generate_series(1, 40) i;
	DELETE FROM items WHERE no % 5 = 0;
});
my @unconfirmed = map { JSON::PP->new->decode($_) } split /\n/, $node->safe_psql('postgres', q{
	SELECT data FROM pg_logical_slot_peek_changes('documents', NULL, NULL, 'include-pk', 'on', 'include-lsn', 'on', 'include-types', 'off')});
apply_all($store, @unconfirmed);
is(same_content($node, $store, @views), '', 'written, and not confirmed');
change('a crash between the write and its confirmation duplicates nothing', 'SELECT 1');

# Random transactions.
srand($seed);
sub any { return $_[ int rand @_ ] }
sub order { return 1 + int rand 15 }

sub statement
{
	my ($o, $p, $s) = (order(), 1 + int rand 5, 1 + int rand 3);
	my $c = "'c" . int(rand 5) . "'";
	my $n = int rand 1000;
	return any(
		"INSERT INTO orders VALUES ($o, $c, 'n$n', NULL, '2024-01-01 00:00+00'::timestamptz + $n * interval '1 hour') ON CONFLICT (id) DO UPDATE SET status = excluded.status, customer = excluded.customer",
		"INSERT INTO items VALUES ($o, 1 + $n % 9, $p, $n) ON CONFLICT (\"order\", no) DO UPDATE SET price = excluded.price, product = excluded.product",
		"INSERT INTO items SELECT $o, 100 + i, 1 + i % 5, i FROM generate_series(1, $n % 7) i ON CONFLICT DO NOTHING",
		"INSERT INTO customers VALUES ($c, 'city ' || $n % 4) ON CONFLICT (id) DO UPDATE SET city = excluded.city",
		"INSERT INTO products VALUES ($p, 'p$n', $s) ON CONFLICT (id) DO UPDATE SET name = excluded.name, seller = excluded.seller",
		"UPDATE sellers SET city = 's$n' WHERE id = $s",
		"UPDATE customers SET note = CASE WHEN note IS NULL THEN repeat(md5('$n'), 500) END WHERE id = $c",
		"UPDATE orders SET note = repeat(md5('$n'), 900) WHERE id = $o",
		"UPDATE orders SET status = 's$n' WHERE id = $o",
		"UPDATE items SET price = price + 1 WHERE \"order\" = $o",
		"UPDATE items SET \"order\" = " . order() . ", no = no + 1000 + $n WHERE \"order\" = $o AND no = 1 + $n % 9 AND no < 1000",
		"UPDATE orders SET id = id + 100 WHERE id = $o AND NOT EXISTS (SELECT FROM orders WHERE id = $o + 100)",
		"DELETE FROM items WHERE \"order\" = $o AND no % 2 = $n % 2",
		"DELETE FROM orders WHERE id IN ($o, $o + 100)",
		"DELETE FROM customers WHERE id = $c",
		"DELETE FROM products WHERE id = $p",
		$n < 40 ? 'TRUNCATE items' : $n < 60 ? 'TRUNCATE orders' : $n < 80 ? 'TRUNCATE items, products, customers' : 'SELECT deltaview.flush()');
}

sub transaction
{
	my @parts = map {
		my $one = statement();
		rand() < 0.15 ? "SAVEPOINT s; $one; " . (rand() < 0.6 ? 'ROLLBACK TO s' : 'RELEASE s') : $one;
	} 1 .. 1 + int rand 6;
	return 'BEGIN; ' . join('; ', @parts) . '; ' . (rand() < 0.1 ? 'ROLLBACK' : 'COMMIT') . ";\n";
}

for my $round (1 .. 10)
{
	change('a live document view without an embed', q{SELECT deltaview.unembed('declared', 'items.sold')}) if $round == 4;
	change('and with it again', q{SELECT deltaview.embed('declared', 'products', 'items.sold', 'object', '{product=id}', '{name}')}) if $round == 7;
	change("random transactions, seed $seed, round $round", join '', map { transaction() } 1 .. 25);
}
is($node->safe_psql('postgres', q{SELECT sum((SELECT count(*) FROM deltaview.verify(view))) FROM deltaview.view_catalog}), '0', 'the views are right');

# From an empty store once more, and any end of the stream twice.
is(same_content($node, apply_all({}, @all), @views), '', 'all of the stream, at once, into an empty store');
my %wrong;
for my $from (0, map { int rand @all } 1 .. 60)
{
	apply_all($store, @all[ $from .. $#all ]);
	apply_all($store, @all[ $from .. $#all ]);
	$wrong{$from} = 1 if same_content($node, $store, @views) ne '';
}
is(join(' ', sort keys %wrong), '', 'the stream again from anywhere, twice: ' . @all . ' events');
$node->stop;
done_testing();
