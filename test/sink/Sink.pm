# A server with views and sinks, and what every test of a sink ends in: verify_sink lists nothing, and a comparison that
# shares no code with it finds nothing either.
package Sink;
use strict;
use warnings;

use Exporter 'import';
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Store;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(new_server new_shop add_server create_sink sql stat_of await await_state caught_up right compare
	settled runner_pid kill_server shop_shape quoted);

my $top = "$FindBin::RealBin/../..";

# A server that has the extension; settings come on top of those that sinks need.
sub new_server
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical');
	my $postgres = $node->config_data('--bindir') . '/postgres';
	push @settings, "output_plugin_libraries = 'pgoutput, pg_deltaview'"
		if qx{"$postgres" --describe-config} =~ /^output_plugin_libraries/m;
	$node->append_conf('postgresql.conf', join "\n", 'max_worker_processes = 20', 'max_connections = 100',
		'max_wal_senders = 20', 'max_replication_slots = 20', 'autovacuum = off', 'log_statement = none',
		'wal_sender_timeout = 10s', "shared_preload_libraries = 'pg_deltaview_sink'", @settings, '');
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_deltaview');
	return $node;
}

# A web shop in small, with a document per order, as the flagship has it.
sub new_shop
{
	my ($node) = @_;
	$node->psql('postgres', q{
		CREATE TABLE customers (id text PRIMARY KEY, city text, note text);
		CREATE TABLE sellers (id int PRIMARY KEY, city text);
		CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, seller int, made date);
		CREATE TABLE orders (id int PRIMARY KEY, customer text, status text, note text, at timestamptz);
		CREATE TABLE items ("order" int, no int, product int, price numeric(10,2), sent timestamp, PRIMARY KEY ("order", no));
		CREATE INDEX ON orders (customer);
		CREATE INDEX ON items (product);
		CREATE INDEX ON products (seller);
		SELECT deltaview.create_document_view('declared', 'orders');
		SELECT deltaview.embed('declared', 'customers', 'buyer', 'object', '{customer=id}');
		SELECT deltaview.embed('declared', 'items', 'items', 'array', '{id=order}');
		SELECT deltaview.embed('declared', 'products', 'items.sold', 'object', '{product=id}');
		SELECT deltaview.embed('declared', 'sellers', 'items.sold.by', 'object', '{seller=id}');
		SELECT deltaview.start('declared');
		SELECT deltaview.create_view('cities', $$
			SELECT c.city, count(*) AS orders, sum(i.price) AS amount, max(o.at) AS latest
			FROM orders o JOIN customers c ON c.id = o.customer JOIN items i ON i."order" = o.id GROUP BY c.city $$);
		INSERT INTO customers SELECT 'c' || i, 'city ' || i % 5 FROM generate_series(1, 12) i;
		INSERT INTO customers VALUES ('nowhere', NULL);
		INSERT INTO sellers SELECT i, 'town ' || i FROM generate_series(1, 4) i;
		INSERT INTO products SELECT i, 'product ' || i, 1 + i % 4, date '2026-01-01' + i FROM generate_series(1, 8) i;
		INSERT INTO orders SELECT i, CASE WHEN i % 9 = 0 THEN 'nowhere' ELSE 'c' || i % 14 END, 'new', NULL,
			timestamptz '2026-03-01 12:00:00.123456+01' + i * interval '1 hour' FROM generate_series(1, 60) i;
		INSERT INTO items SELECT 1 + i % 61, i, 1 + i % 9, i * 1.25, timestamp '2026-04-01' + i * interval '61 minutes'
			FROM generate_series(1, 150) i}, on_error_die => 1);
	return;
}

sub shop_shape
{
	return '{"": "orders", "buyer": "customers", "items": "items", "items.sold": "products", "items.sold.by": "sellers"}';
}

my %views = (
	declared => [ '--key', 'id', '--document', 'document', '--shape', shop_shape() ],
	cities => [ '--key', 'city' ]);

sub quoted { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

sub sql { my ($node, @rest) = @_; return $node->safe_psql('postgres', @rest) }

# The first two of the three statements.
sub add_server
{
	my ($node, $store, %options) = @_;
	my $name = $options{name} // 'store';
	my $uri = $options{uri} // $store->uri;
	sql($node, "CREATE SERVER $name FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri " . quoted($uri) . ')');
	my $credentials = defined $store->{user}
		? 'OPTIONS (user ' . quoted($store->{user}) . ', password ' . quoted($store->{password}) . ", auth_source 'admin')" : '';
	sql($node, "CREATE USER MAPPING FOR CURRENT_USER SERVER $name $credentials");
	return;
}

# The third: a sink of a view, in collection of the same name if no other is given.
sub create_sink
{
	my ($node, $view, %options) = @_;
	my $collection = delete $options{collection} // $view;
	my $server = delete $options{server} // 'store';
	return sql($node, "SELECT deltaview.create_sink('$view', '$server', 'test', '$collection', "
		. quoted(JSON::PP->new->canonical->encode(\%options)) . ')');
}

sub stat_of
{
	my ($node, $sink, $column) = @_;
	return sql($node, "SELECT $column FROM deltaview.sink_stats WHERE sink = '$sink'");
}

# Waits for a condition; a test of its own says what did not come.
sub await
{
	my ($what, $condition, $seconds) = @_;
	my $end = time + ($seconds // 60);
	while (!$condition->())
	{
		if (time > $end)
		{
			fail("waiting until $what");
			return 0;
		}
		sleep 0.1;
	}
	return 1;
}

sub await_state
{
	my ($node, $sink, $wanted, $seconds) = @_;
	my $got = '';
	my $come = await("$sink is $wanted", sub { $got = stat_of($node, $sink, 'state'); $got =~ /^(?:$wanted)$/ }, $seconds);
	diag("$sink: " . sql($node, "SELECT to_jsonb(s) FROM deltaview.sink_stats s WHERE sink = '$sink'")) unless $come;
	return $come;
}

# What the comparison says; '' where view and collection agree.
sub compare
{
	my ($node, $store, $sink, @rules) = @_;
	my ($view, $collection) = split /\|/, sql($node, "SELECT view, collection FROM deltaview.sink_catalog WHERE sink = '$sink'");
	@rules = @{ $views{$view} or die "$view has no rules" } if !@rules;
	local $ENV{STORE_PASSWORD} = $store->{password} // '';
	my @command = ('/usr/bin/python3', "$top/test/store/compare.py", '--conninfo', $node->connstr('postgres'), '--view', $view,
		'--port', $store->{port}, '--collection', $collection, @rules);
	push @command, '--user', $store->{user} if defined $store->{user};
	my $output = '';
	return IPC::Run::run(\@command, '>', \$output, '2>&1') ? '' : $output;
}

# Until the collection has what the view has.
sub caught_up
{
	my ($node, $store, $sink, %options) = @_;
	my $difference;
	my $come = await("$sink has caught up", sub { $difference = compare($node, $store, $sink, @{ $options{rules} // [] }); $difference eq '' },
		$options{seconds});
	diag($difference, sql($node, "SELECT to_jsonb(s) FROM deltaview.sink_stats s WHERE sink = '$sink'")) unless $come;
	return $come;
}

# The end of a test: both agree that nothing differs.
sub right
{
	my ($node, $store, $sink, $what, @rules) = @_;
	my ($stdout, $stderr) = ('', '');
	my $status = $node->psql('postgres', "SELECT * FROM deltaview.verify_sink('$sink')",
		stdout => \$stdout, stderr => \$stderr, timeout => 120);
	my $difference = compare($node, $store, $sink, @rules);
	my $good = ok($status == 0 && $stdout eq '' && $difference eq '', $what);
	diag("verify_sink: $stdout$stderr\ncompared: $difference\n"
		. sql($node, "SELECT to_jsonb(s) FROM deltaview.sink_stats s WHERE sink = '$sink'")) unless $good;
	return $good;
}

# A change, and after it all is right.
sub settled
{
	my ($node, $store, $sink, $what, $statements) = @_;
	sql($node, $statements);
	return right($node, $store, $sink, $what);
}

# The background worker of a sink; it has no session, so pg_stat_activity does not list it.
sub runner_pid
{
	my ($node, $sink) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	for my $status (glob '/proc/[0-9]*/stat')
	{
		my ($pid, $parent) = eval { slurp_file($status) } =~ /^(\d+) \(.*\) \S (\d+)/s or next;
		next unless $parent == $postmaster;
		return $pid if (eval { slurp_file("/proc/$pid/cmdline") } // '') =~ /deltaview sink \Q$sink\E\b/;
	}
	return;
}

# All processes of the server at once; it is started again by hand.
sub kill_server
{
	my ($node) = @_;
	$node->stop('immediate');
	return;
}

1;
