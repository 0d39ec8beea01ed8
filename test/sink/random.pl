# Random transactions on a shop's six tables, while the worker, the program, PostgreSQL and the store are killed and the
# network fails, at random: in the end both collections, the worker's and the program's, are as the view is.
# RANDOM_SECONDS (60) and FUZZ_SEED choose how long, and what.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{RANDOM_SECONDS} // 60;
my $seed = $ENV{FUZZ_SEED} // 2026;
my $example = "$FindBin::RealBin/../../examples/order_documents";
my @writers;
my ($orders, $customers, $products, $sellers) = (400, 150, 40, 8);

my $store = Store->new(user => 'random', password => 'random', lifetime => 3);
my $node = new_server('random', 'restart_after_crash = on', 'max_wal_size = 4GB');
sql($node, slurp_file("$example/schema.sql") . slurp_file("$example/view.sql"));
sql($node, qq{
	CREATE INDEX ON ecom_orders (customer_id);
	CREATE INDEX ON ecom_order_items (product_id);
	CREATE INDEX ON ecom_order_items (seller_id);
	INSERT INTO ecom_customers SELECT 'c' || i, 'p' || i, i, 'city ' || i % 7, 'S' || i % 3 FROM generate_series(1, $customers) i;
	INSERT INTO ecom_sellers SELECT 's' || i, i, 'town ' || i, 'T' FROM generate_series(1, $sellers) i;
	INSERT INTO ecom_products SELECT 'p' || i, 'kind ' || i % 9, i, i, 1, i, i, i, i FROM generate_series(1, $products) i;
	INSERT INTO ecom_orders SELECT 'o' || i, 'c' || i % ($customers + 9), 'created', timestamp '2026-01-01' + i * interval '1 hour', NULL, NULL, NULL, NULL
		FROM generate_series(1, $orders) i;
	INSERT INTO ecom_order_items SELECT 'o' || 1 + i % ($orders + 9), i, 'p' || i % ($products + 3), 's' || i % ($sellers + 2), timestamp '2026-02-01', i * 0.5, i * 0.1
		FROM generate_series(1, $orders * 2) i;
	INSERT INTO ecom_order_payments SELECT 'o' || i, 1, 'card', 1, i FROM generate_series(1, $orders) i});

my @rules = ('--key', 'order_id', '--document', 'document', '--shape', '{"": "ecom_orders", "customer_info": "ecom_customers",
	"order_payments": "ecom_order_payments", "order_items": "ecom_order_items", "order_items.product": "ecom_products",
	"order_items.seller": "ecom_sellers"}');

sub one { my ($n) = @_; return 1 + int rand $n }
sub an_order { return 'o' . one($orders + 5) }
my @statements = (
	sub { my $o = an_order(); qq{INSERT INTO ecom_orders VALUES ('$o', 'c${\one($customers + 9)}', 'created', clock_timestamp()::timestamp) ON CONFLICT DO NOTHING;
		INSERT INTO ecom_order_items VALUES ('$o', ${\one(5000)}, 'p${\one($products)}', 's${\one($sellers)}', now()::timestamp, ${\one(90)}, 1) ON CONFLICT DO NOTHING} },
	sub { qq{INSERT INTO ecom_order_items SELECT '${\an_order()}', ${\one(5000)} + i, 'p${\one($products)}', 's${\one($sellers)}', NULL, ${\one(90)}, 1.5
		FROM generate_series(1, ${\one(4)}) i ON CONFLICT DO NOTHING} },
	sub { qq{INSERT INTO ecom_order_payments VALUES ('${\an_order()}', ${\one(4)}, 'voucher', 1, ${\one(500)}) ON CONFLICT DO NOTHING} },
	sub { qq{UPDATE ecom_customers SET customer_city = 'city ${\one(99)}' WHERE customer_id = 'c${\one($customers)}'} },
	sub { my $c = one($customers); qq{DELETE FROM ecom_customers WHERE customer_id = 'c$c'; INSERT INTO ecom_customers VALUES ('c$c', 'new', 1, NULL, 'S')} },
	sub { qq{UPDATE ecom_orders SET order_status = 'status ${\one(9)}', order_approved_at = clock_timestamp()::timestamp WHERE order_id = '${\an_order()}'} },
	sub { qq{UPDATE ecom_order_items SET price = price + 1 WHERE order_item_id BETWEEN ${\one(800)} AND ${\one(800)} AND price < 90} },
	sub { qq{UPDATE ecom_order_items SET order_id = '${\an_order()}', order_item_id = ${\one(100000)} + 5000 WHERE order_id = '${\an_order()}'
		AND order_item_id % 3 = 0 AND NOT EXISTS (SELECT FROM ecom_order_items i WHERE i.order_item_id > 5000 AND i.order_id = ecom_order_items.order_id)} },
	sub { my $o = an_order(); qq{DELETE FROM ecom_order_items WHERE order_id = '$o'; DELETE FROM ecom_orders WHERE order_id = '$o'} },
	sub { qq{DELETE FROM ecom_order_items WHERE order_id = '${\an_order()}' AND order_item_id % 2 = 0} },
	sub { qq{UPDATE ecom_sellers SET seller_city = 'town ${\one(99)}' WHERE seller_id = 's${\one($sellers)}'} },
	sub { qq{UPDATE ecom_products SET product_category_name = 'kind ${\one(99)}' WHERE product_id = 'p${\one($products)}'} },
	sub { qq{UPDATE ecom_orders SET order_id = '${\an_order()}' WHERE order_id = '${\an_order()}'} },
	sub { qq{SAVEPOINT s; DELETE FROM ecom_order_items WHERE order_id = '${\an_order()}'; ROLLBACK TO s} },
	sub { qq{SAVEPOINT s; UPDATE ecom_order_payments SET payment_value = payment_value + 0.01 WHERE order_id = '${\an_order()}'; RELEASE s} });

# One that writes, in a process of its own, until it is told to end; where the server is away it tries again.
sub start_writer
{
	my ($number) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	srand $seed * 1000 + $number;
	my $ends = 0;
	$SIG{TERM} = sub { $ends = 1 };
	$SIG{PIPE} = 'IGNORE';
	while (!$ends)
	{
		open my $psql, '|-', 'psql', '-X', '-q', '-o', '/dev/null', '-d', $node->connstr('postgres') or next;
		$psql->autoflush(1);
		until ($ends)
		{
			my $transaction = join ";\n", 'BEGIN', (map { $statements[ rand @statements ]->() } 1 .. one(4)), rand() < 0.1 ? 'ROLLBACK' : 'COMMIT';
			print $psql "$transaction;\n" or last;
			sleep 0.02 + rand 0.1;
		}
		close $psql;
		sleep 0.3;
	}
	POSIX::_exit(0);
}

add_server($node, $store);
create_sink($node, 'order_single_view', name => 'by_worker', collection => 'by_worker');
create_sink($node, 'order_single_view', name => 'by_program', collection => 'by_program', runner => 'program');
my ($program, $said) = (undef, '');
sub start_program
{
	$program = IPC::Run::start([ 'deltaview_sink', '--conninfo', $node->connstr('postgres'), '--sink', 'by_program' ], '>', \$said, '2>', \$said);
	return;
}
sub kill_program { $program->signal('KILL'); eval { $program->finish }; return }
start_program();

my %count;
my @troubles = (
	[ 'worker' => sub { my $pid = runner_pid($node, 'by_worker') or return; kill 'KILL', $pid } ],
	[ 'program' => sub { kill_program(); sleep rand 1; start_program(); 1 } ],
	[ 'worker' => sub { my $pid = runner_pid($node, 'by_worker') or return; kill 'KILL', $pid; sleep 1 } ],
	[ 'PostgreSQL' => sub { $node->stop('immediate'); sleep rand 1; $node->start; 1 } ],
	[ 'store' => sub { $store->kill9; sleep rand 2; $store->start; 1 } ],
	[ 'gateway' => sub { $store->kill9('gateway'); sleep rand 1; $store->start; 1 } ],
	[ 'document server' => sub { $store->kill9('server'); sleep rand 1; $store->start; 1 } ],
	[ 'connections' => sub { $store->cut } ],
	[ 'stall' => sub { $store->stall(1); sleep rand 2; $store->stall(0) } ],
	[ 'step-down' => sub { $store->fault(command => 'commitTransaction', code => 10107, times => one(4)) } ],
	[ 'commit without a reply' => sub { $store->fault(command => 'commitTransaction', cut => JSON::PP::true, after => JSON::PP::true) } ]);

srand $seed;
push @writers, start_writer($_) for 1 .. 2;
my $end = time + $seconds;
while (time < $end)
{
	sleep 0.3 + rand 2;
	my ($what, $make) = @{ $troubles[ rand @troubles ] };
	$count{$what}++ if $make->();
	$program->pump_nb;
	if (!$program->pumpable)
	{
		eval { $program->finish };
		start_program();
		$count{'program had ended by itself'}++;
	}
}
kill 'TERM', @writers;
waitpid $_, 0 for @writers;
@writers = ();
$store->proxy(clear => JSON::PP::true);
await('the server takes sessions', sub { $node->psql('postgres', 'SELECT 1') == 0 });
for my $sink (qw(by_worker by_program))
{
	await_state($node, $sink, 'streaming', 120);
	caught_up($node, $store, $sink, rules => \@rules, seconds => 120);
	right($node, $store, $sink, "$sink is right in the end", @rules);
}
is(sql($node, q{SELECT count(*) FROM deltaview.verify('order_single_view')}), 0, 'so is the view');
my $killed = 0;
$killed += $count{$_} // 0 for 'worker', 'program', 'PostgreSQL', 'store', 'gateway', 'document server';
note("seed $seed, $seconds s, documents written: ", sql($node, q{SELECT string_agg(sink || ' ' || rows_applied, ', ') FROM deltaview.sink_stats}));
note("$killed kills: ", join ', ', map { "$_ $count{$_}" } sort keys %count);
kill_program();
$node->stop;
done_testing();

END { kill 'TERM', @writers if @writers }
