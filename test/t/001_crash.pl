# The server is killed in the middle of transactions: after its restart every view equals its query.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', "fsync = on\nmax_prepared_transactions = 5\nrestart_after_crash = off\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_deltaview;
	CREATE TABLE customers (id int PRIMARY KEY, city text);
	CREATE TABLE orders (id int PRIMARY KEY, customer int, amount numeric);
	CREATE INDEX ON orders (customer);
	INSERT INTO customers SELECT i, 'city ' || i % 7 FROM generate_series(1, 50) i;
	INSERT INTO orders SELECT i, 1 + i % 60, i FROM generate_series(1, 500) i;
	SELECT deltaview.create_view('linear_v', 'SELECT o.id, c.city FROM orders o JOIN customers c ON c.id = o.customer');
	SELECT deltaview.create_view('sum_v', 'SELECT c.city, count(*) AS n, sum(o.amount) AS s, max(o.amount) AS m FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.city');
	SELECT deltaview.create_view('keyed_v', 'SELECT o.id, c.city FROM orders o LEFT JOIN customers c ON c.id = o.customer');
	SELECT deltaview.create_view('now_v', 'SELECT customer, count(*) AS n FROM orders GROUP BY customer', refresh => 'on statement');
	SELECT deltaview.create_view('cascade_v', 'SELECT n, count(*) AS customers FROM (SELECT c.id, count(o.id) AS n FROM customers c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id) x GROUP BY n', method => 'fast');
});

sub differences
{
	return $node->safe_psql('postgres',
		q{SELECT sum((SELECT count(*) FROM deltaview.verify(view)) + (SELECT count(*) FROM deltaview.verify_state(view)))
			FROM deltaview.view_catalog});
}

sub contents
{
	return $node->safe_psql('postgres', q{
		SELECT md5(string_agg(r, ',' ORDER BY r)) FROM (
			SELECT 'l' || id || city AS r FROM linear_v UNION ALL SELECT 's' || city || n || s || m FROM sum_v
			UNION ALL SELECT 'k' || id || coalesce(city, '') FROM keyed_v UNION ALL SELECT 'n' || coalesce(customer, 0) || n FROM now_v
			UNION ALL SELECT 'c' || n || '/' || customers FROM cascade_v) x});
}

is(differences(), '0', 'the views are right at the beginning');
my $before = contents();

my $changes = q{
	UPDATE customers SET city = 'CITY_' || city WHERE id % 5 = 0;
	DELETE FROM orders WHERE id % 11 = 0;
	INSERT INTO orders SELECT i, i % 70, i FROM generate_series(1000, 1100) i;
};
for my $flush ('', 'SELECT deltaview.flush();', 'PREPARED')
{
	my $what = $flush eq '' ? 'before its commit' : $flush eq 'PREPARED' ? 'after PREPARE TRANSACTION' : 'after a flush';
	my ($stdin, $stdout, $stderr) = ("BEGIN;$changes" .
		($flush eq 'PREPARED' ? "PREPARE TRANSACTION 'two';" : $flush) . "SELECT 'chan' || 'ged';\n", '', '');
	my $psql = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
		'<', \$stdin, '>', \$stdout, '2>', \$stderr, IPC::Run::timeout(120));
	$psql->pump until $stdout =~ /changed/ || $stderr =~ /ERROR/;
	is($stderr, '', "the changes are made ($what)");
	$node->stop('immediate');
	eval { $psql->kill_kill; };
	$node->start;
	is(differences(), '0', "killed $what: the views are right");
	is(contents(), $before, "killed $what: nothing has changed");
}
$node->safe_psql('postgres', q{COMMIT PREPARED 'two'});
is(differences(), '0', 'the prepared transaction commits: the views are right');
isnt(contents(), $before, 'the prepared transaction commits: its changes show');

# one backend is killed: the postmaster takes all others down with it
$before = contents();
$changes =~ s/1000, 1100/2000, 2100/;
my ($stdin, $stdout, $stderr) = ("BEGIN; $changes SELECT pg_backend_pid();\n", '', '');
my $psql = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
	'<', \$stdin, '>', \$stdout, '2>', \$stderr, IPC::Run::timeout(120));
$psql->pump until $stdout =~ /(\d+)\n/ || $stderr =~ /ERROR/;
my ($pid) = $stdout =~ /(\d+)\n/;
is($stderr, '', 'the changes are made');
kill 'KILL', $pid;
eval { $psql->kill_kill; };
for (1 .. 300)
{
	last unless -e $node->data_dir . '/postmaster.pid';
	select(undef, undef, undef, 0.1);
}
$node->{_pid} = undef;
$node->start;
is(differences(), '0', 'after kill -9 of a backend the views are right');
is(contents(), $before, 'after kill -9 of a backend nothing has changed');
$node->safe_psql('postgres', $changes);
is(differences(), '0', 'and they are maintained again');
$node->stop;
done_testing();
