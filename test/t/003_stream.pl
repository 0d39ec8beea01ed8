# The change stream by way of pg_recvlogical: what is not confirmed comes again, what is confirmed does not, whoever
# crashes; a large transaction in bounded memory; a slot that outlives its view.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Stream;
use Test::More;
use Time::HiRes qw(sleep);

my $node = PostgreSQL::Test::Cluster->new('stream');
$node->init(allows_streaming => 'logical');
trust_plugin($node);
$node->append_conf('postgresql.conf', "logical_decoding_work_mem = '64kB'\nmax_wal_size = '4GB'\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_deltaview;
	CREATE TABLE items (id int PRIMARY KEY, grp int NOT NULL, price int NOT NULL);
	SELECT deltaview.create_view('list', 'SELECT id, grp, price FROM items');
	SELECT deltaview.create_view('sums', 'SELECT grp, count(*) AS n, sum(price) AS price FROM items GROUP BY grp');
	SELECT pg_create_logical_replication_slot('changes', 'pg_deltaview');
});

my $next = 1;

# One transaction per row.
sub insert
{
	my ($n) = @_;
	my @ids = map { $next++ } 1 .. $n;
	$node->safe_psql('postgres', join '', map { "INSERT INTO items VALUES ($_, $_ % 3, $_);" } @ids);
	return "@ids";
}

sub ids { return join ' ', map { $_->{columns}[0]{value} } grep { $_->{action} eq 'I' && $_->{table} eq 'list' } @_ }

# An LSN as a number.
sub position { my ($high, $low) = split m{/}, $_[0]; return hex($high) * 2**32 + hex($low) }

my $store = {};
my ($last, $repeated) = (0, 0);

# A consumer that keeps the LSN of the last commit that it has applied, and passes over what comes again.
sub take
{
	my (@events) = @_;
	my @new;
	for my $transaction (transactions(@events))
	{
		die 'not a whole transaction' if $transaction->[-1]{action} ne 'C';
		my $lsn = position($transaction->[0]{lsn});
		if ($lsn <= $last) { $repeated++; next }
		$last = $lsn;
		push @new, @$transaction;
	}
	apply_all($store, @new);
	return @new;
}

sub next_changes { return take(receive($node, 'changes')) }

my $expected = insert(5);
is(ids(next_changes()), $expected, 'all changes come, in order');
is(ids(next_changes()) . $repeated, '0', 'and once');

# The server notes only now and then what was confirmed.
for my $how ('fast', 'immediate')
{
	$expected = insert(3);
	my @received = next_changes();
	is(ids(@received), $expected, 'changes come');
	$expected = insert(3);
	$node->stop($how);
	$node->start;
	$expected .= ' ' . insert(3);
	is(ids(next_changes()), $expected, "stopped ($how): those that had not been received come, told apart by the LSN of their commit");
	is(same_content($node, $store, 'list', 'sums'), '', "stopped ($how): a store that applied them equals the views");
	my @again = receive($node, 'changes');
	is(scalar(@again), 0, "stopped ($how): what is confirmed does not come again");
}
$node->safe_psql('postgres', 'CHECKPOINT');

# A consumer is killed while it receives; it keeps the LSN of the last commit that it has written.
{
	my $file = $node->basedir . '/received';
	my $consumer = IPC::Run::start([ 'pg_recvlogical', '-d', $node->connstr('postgres'), '-S', 'changes', '--start', '--no-loop',
		'-s', '0', '-o', 'include-lsn=on', '-o', 'include-pk=on', '-o', 'include-types=off', '-f', $file ], IPC::Run::timeout(180));
	$expected = insert(6);
	my @received;
	for (1 .. 600)
	{
		@received = grep { /^\{.*\}$/ } split /\n/, -e $file ? slurp_file($file) : '';
		last if 6 <= grep { /^\{"action":"C"/ } @received;
		sleep 0.1;
	}
	$consumer->signal('KILL');
	eval { $consumer->finish };
	is(ids(take(map { JSON::PP->new->decode($_) } @received)), $expected, 'a consumer has received');
	my $confirmed = $node->safe_psql('postgres', "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'changes'");
	$expected = insert(2);
	my @second = receive($node, 'changes');
	cmp_ok(position($second[0]{nextlsn}), '>', position($confirmed), 'when it comes back, nothing is sent that was confirmed');
	is(ids(take(@second)), $expected, 'and what it had not received');
	is(same_content($node, $store, 'list', 'sums'), '', 'the store equals the views');
}

# The server dies while a large transaction is being received.
$node->safe_psql('postgres', 'INSERT INTO items SELECT i, 0, 1 FROM generate_series(100001, 120000) i');
{
	my $file = $node->basedir . '/partial';
	my $consumer = IPC::Run::start([ 'pg_recvlogical', '-d', $node->connstr('postgres'), '-S', 'changes', '--start', '--no-loop',
		'-o', 'include-types=off', '-f', $file ], IPC::Run::timeout(180));
	for (1 .. 600) { last if -e $file && -s $file > 100_000; sleep 0.02 }
	$node->stop('immediate');
	eval { $consumer->finish };
	$node->start;
	my $partial = grep { /"action":"I"/ } split /\n/, slurp_file($file);
	cmp_ok($partial, '>', 0, "the server dies when $partial changes of a transaction were received");
	is(scalar(grep { /"table":"list","columns":\[\{"name":"id","type":"integer","value":1\d{5}\}/ } lines($node, 'changes')), 20_000, 'then the transaction comes as a whole');
}

# A large transaction, with a small logical_decoding_work_mem.
my $rows = 1_000_000;
$node->safe_psql('postgres', q{
	SELECT pg_create_logical_replication_slot('blocks', 'pg_deltaview');
	SELECT deltaview.drop_view('sums');
});
$node->safe_psql('postgres', "INSERT INTO items SELECT i, i % 1000, i % 77 FROM generate_series(1000001, 1000000 + $rows) i");
for my $streaming ('off', 'on')
{
	my $slot = $streaming eq 'on' ? 'blocks' : 'changes';
	my $file = $node->basedir . "/large_$streaming";
	my $end = $node->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
	my $start = time;
	my $consumer = IPC::Run::start([ 'pg_recvlogical', '-d', $node->connstr('postgres'), '-S', $slot, '--start', '--no-loop',
		'--endpos', $end, '-o', "streaming=$streaming", '-o', 'include-types=off', '-o', 'include-schemas=off', '-f', $file ], IPC::Run::timeout(600));
	my $peak = 0;
	while ($consumer->pumpable)
	{
		my $pid = $node->safe_psql('postgres', "SELECT active_pid FROM pg_replication_slots WHERE slot_name = '$slot'");
		for (1 .. 10)
		{
			if ($pid && -r "/proc/$pid/status" && slurp_file("/proc/$pid/status") =~ /RssAnon:\s+(\d+) kB/) { $peak = $1 if $1 > $peak }
			sleep 0.05;
		}
		last unless $pid;
		eval { $consumer->pump_nb };
	}
	$consumer->finish;
	my (%actions, $sum);
	open my $lines, '<', $file or die "$file: $!";
	while (<$lines>)
	{
		my ($action) = /^\{"action":"(\w+)"/ or die "not an event: $_";
		$actions{$action}++;
		$sum += $1 if $action eq 'I' && /"id","value":(\d+)/;
	}
	close $lines;
	is($actions{I}, $rows, "streaming $streaming: a million rows come") ;
	is($sum, $rows * 1_000_000 + $rows * ($rows + 1) / 2, "streaming $streaming: each once");
	is(($actions{B} // 0) . ' ' . ($actions{C} // 0) . ' ' . ($actions{SC} // 0), $streaming eq 'on' ? '0 0 1' : '1 1 0', "streaming $streaming: one transaction");
	is($actions{SB} // 0, $actions{SE} // 0, "streaming $streaming: blocks end");
	cmp_ok($actions{SB} // 0, '>', 10, 'streaming on: in blocks') if $streaming eq 'on';
	cmp_ok($peak, '<', 32 * 1024, "streaming $streaming: the server took $peak kB for it");
	note(sprintf 'streaming %s: %d s, %d kB of the server', $streaming, time - $start, $peak);
	unlink $file;
}

# A slot outlives the view; not the extension, whose catalog says what a view is.
$node->safe_psql('postgres', q{SELECT deltaview.create_view('counted', 'SELECT count(*) AS n FROM items WHERE id > 4000000')});
$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('outlives', 'pg_deltaview')");
$node->safe_psql('postgres', q{
	INSERT INTO items VALUES (3000001, 1, 1);
	UPDATE items SET price = 2 WHERE id = 3000001;
	SELECT deltaview.drop_view('list');
	UPDATE items SET price = 3 WHERE id = 3000001;
});
$node->restart;
is(join("\n", lines($node, 'outlives', 'include-types' => 'off')), join("\n",
	'{"action":"B"}',
	'{"action":"I","schema":"public","table":"list","columns":[{"name":"id","value":3000001},{"name":"grp","value":1},{"name":"price","value":1}]}',
	'{"action":"C"}',
	'{"action":"B"}',
	'{"action":"U","schema":"public","table":"list","columns":[{"name":"id","value":3000001},{"name":"grp","value":1},{"name":"price","value":2}],"identity":[{"name":"id","value":3000001}]}',
	'{"action":"C"}'), 'the changes of a view that is gone are read');
$node->safe_psql('postgres', q{
	INSERT INTO items VALUES (4000001, 1, 1);
	DROP EXTENSION pg_deltaview CASCADE;
	INSERT INTO items VALUES (4000002, 1, 1);
});
my ($status, $out, $error) = $node->psql('postgres', "SELECT data FROM pg_logical_slot_get_changes('outlives', NULL, NULL)");
like($error, qr/which tables were views can no longer be read/, 'without the extension that they were made with, they cannot be');
$node->safe_psql('postgres', "SELECT pg_replication_slot_advance('outlives', pg_current_wal_lsn()); INSERT INTO items VALUES (4000003, 1, 1)");
is(join("\n", grep { /"I"/ } lines($node, 'outlives', 'include-types' => 'off', 'add-tables' => '*.items')),
	'{"action":"I","schema":"public","table":"items","columns":[{"name":"id","value":4000003},{"name":"grp","value":1},{"name":"price","value":1}]}',
	'and the slot goes on after them');
$node->stop;
done_testing();
