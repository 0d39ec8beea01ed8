# pg_dump and restore: views come back as views, with their content, and are maintained in the new database.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE original');
$node->safe_psql('original', q{
	CREATE EXTENSION pg_deltaview;
	CREATE SCHEMA "My Shop";
	CREATE TABLE "My Shop".customers (id int PRIMARY KEY, city text, tags json);
	CREATE TABLE "My Shop".orders (id int PRIMARY KEY, customer int REFERENCES "My Shop".customers, amount numeric);
	CREATE INDEX ON "My Shop".orders (customer);
	INSERT INTO "My Shop".customers SELECT i, 'city ' || i % 7, '{"a": 1}' FROM generate_series(1, 50) i;
	INSERT INTO "My Shop".orders SELECT i, 1 + i % 50, i FROM generate_series(1, 200) i;
	SET search_path = "My Shop", public;
	SELECT deltaview.create_view('linear_v', 'SELECT o.id, c.city, c.tags FROM orders o JOIN customers c ON c.id = o.customer');
	SELECT deltaview.create_view('sum_v', 'SELECT c.city, count(*) AS n, sum(o.amount) AS s, max(o.amount) AS m FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city HAVING count(*) > 1');
	SELECT deltaview.create_view('keyed_v', 'SELECT c.id, o.amount FROM customers c LEFT JOIN orders o ON c.id = o.customer');
	SELECT deltaview.create_view('above_v', 'SELECT n, count(*) AS cities FROM sum_v GROUP BY n', refresh => 'on commit');
	SELECT deltaview.create_view('demand_v', 'SELECT city FROM customers', refresh => 'on demand');
	SELECT deltaview.create_view('cascade_v', 'SELECT n, count(*) AS customers FROM (SELECT c.id, count(o.id) AS n FROM customers c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id) x GROUP BY n', method => 'fast');
	SELECT deltaview.create_view('top_v', 'SELECT customer, sum(amount) AS s FROM orders GROUP BY customer ORDER BY s DESC LIMIT 5', method => 'fast');
	SELECT deltaview.create_view('above_cascade_v', 'SELECT c.n, t.customer FROM cascade_v c LEFT JOIN top_v t ON t.customer = c.customers');
	SELECT deltaview.create_view('paused_v', 'SELECT id FROM orders');
	SELECT deltaview.pause('paused_v');
	ALTER TABLE sum_v ADD CONSTRAINT never_negative CHECK (s >= 0);
	INSERT INTO orders VALUES (1000, 3, 3);
	SELECT deltaview.create_document_view('document_v', 'customers', columns => '{id,city=town}', filter => 'id > 0');
	SELECT deltaview.embed('document_v', 'orders', 'orders', 'array', '{id=customer}', order_by => 'amount DESC');
	SELECT deltaview.start('document_v');
	ALTER TABLE document_v RENAME TO "Document v";
	SELECT deltaview.create_document_view('declared_v', 'orders', refresh => 'on statement');
	SELECT deltaview.embed('declared_v', 'customers', 'who', 'object', '{customer=id}', '{city}', filter => 'id <> 7');
});
my $state = q{SELECT string_agg(concat_ws('|', name, query, refresh, method, state, owner), E'\n' ORDER BY name::text) FROM deltaview.views};
my $parts = q{SELECT string_agg(concat_ws('|', view, definition, maintained, part_of, state, rank, pg_get_userbyid(relowner), document_types), E'\n' ORDER BY view::text)
	FROM deltaview.view_catalog JOIN pg_class ON oid = view};
my $documents = q{SELECT string_agg(concat_ws('|', d.name, d.view, d.root, d.columns, d.filter, d.refresh, c.owner, e.path, e.child, e.type, e.relation,
	e.columns, e.filter, e.order_by), E'\n' ORDER BY d.name) FROM deltaview.documents d JOIN deltaview.embeds e ON e.document = d.name
	JOIN deltaview.document_catalog c ON c.root = d.root};
my $before = $node->safe_psql('original', $state);
my $documents_before = $node->safe_psql('original', $documents);
my $parts_before = $node->safe_psql('original', $parts);
my $dir = $node->basedir;

for my $format ('plain', 'custom', 'directory')
{
	my $file = "$dir/dump.$format";
	my $copy = "copy_$format";
	$node->command_ok([ 'pg_dump', '-d', $node->connstr('original'), '-F', $format, '-f', $file ], "$format: pg_dump");
	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	if ($format eq 'plain')
	{
		$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($copy), '-f', $file ], "$format: restore");
	}
	else
	{
		my @jobs = $format eq 'directory' ? ('-j', '2') : ();
		$node->command_ok([ 'pg_restore', '--exit-on-error', @jobs, '-d', $node->connstr($copy), $file ], "$format: restore");
	}
	is($node->safe_psql($copy, $state), $before, "$format: the views are the same");
	is($node->safe_psql($copy, $parts), $parts_before, "$format: so are their parts");
	is($node->safe_psql($copy, $documents), $documents_before, "$format: so are the documents' declarations");
	my $verify = q{SELECT string_agg(view::text, ' ') FROM deltaview.view_catalog
		WHERE view NOT IN (SELECT name FROM deltaview.views WHERE state <> 'fresh')
		AND state = 'fresh' AND (EXISTS (SELECT FROM deltaview.verify(view)) OR EXISTS (SELECT FROM deltaview.verify_state(view)))};
	is($node->safe_psql($copy, $verify), '', "$format: their content is right");
	$node->safe_psql($copy, q{
		BEGIN;
		UPDATE "My Shop".customers SET city = 'elsewhere' WHERE id < 10;
		DELETE FROM "My Shop".orders WHERE id % 3 = 0;
		INSERT INTO "My Shop".orders VALUES (2000, 2, 2);
		COMMIT});
	is($node->safe_psql($copy, $verify), '', "$format: they are maintained");
	is($node->safe_psql($copy, q{SELECT city FROM "My Shop".linear_v WHERE id = 2000}), 'elsewhere', "$format: a new row is there");
	$node->safe_psql($copy, q{SELECT deltaview.refresh('"My Shop".demand_v'); SELECT deltaview.resume('"My Shop".paused_v')});
	is($node->safe_psql($copy, $verify), '', "$format: refresh and resume work");
	$node->safe_psql($copy, q{SET search_path = "My Shop", public;
		SELECT deltaview.start('declared_v'); SELECT deltaview.unembed('"Document v"', 'orders');
		SELECT deltaview.embed('"Document v"', 'orders', 'bought', 'array', '{id=customer}', '{id}');
		INSERT INTO orders VALUES (3000, 7, 3), (3001, 8, 3)});
	is($node->safe_psql($copy, $verify), '', "$format: documents can be started and changed");
	is($node->safe_psql($copy, q{SELECT document->'who' FROM "My Shop".declared_v WHERE id > 2999 ORDER BY id}), "null\n{\"city\": \"elsewhere\"}",
		"$format: as they were declared");
	$node->safe_psql($copy, q{SET client_min_messages = error; DROP SCHEMA "My Shop" CASCADE; DROP EXTENSION pg_deltaview});
}
$node->stop;
done_testing();
