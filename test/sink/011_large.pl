# A transaction of 70 MB of documents: it is not kept in memory, comes whole where the store has transactions, and comes though
# worker and store are killed in the middle of it.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $rows = 3500;
my $node = new_server('large', 'restart_after_crash = on');
sql($node, q{
	CREATE TABLE big (id int PRIMARY KEY, round int, text text);
	SELECT deltaview.create_view('big_view', 'SELECT id, round, text FROM big')});
my @rules = ('--key', 'id');

sub memory
{
	my ($pid) = @_;
	my ($kilobytes) = slurp_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+) kB/m;
	return $kilobytes / 1024;
}

for my $kind ('transactions', 'standalone')
{
	my $store = Store->new(lifetime => 60, standalone => $kind eq 'standalone');
	my $count = sub {
		my ($round) = @_;
		my $answer = $store->command([ aggregate => $kind, pipeline => [ { '$match' => { round => $round } }, { '$count' => 'n' } ], cursor => {} ]);
		return @{ $answer->{documents} } ? Store::number($answer->{documents}[0]{n}) : 0;
	};
	add_server($node, $store, name => $kind);
	sql($node, 'TRUNCATE big');
	create_sink($node, 'big_view', server => $kind, collection => $kind, batch_bytes => '1MB');
	await_state($node, $kind, 'streaming');
	my $before = memory(runner_pid($node, $kind));

	sql($node, "INSERT INTO big SELECT i, 1, repeat(md5(i::text), 640) FROM generate_series(1, $rows) i");
	my %seen;
	await("$kind: the first", sub { my $now = $count->(1); $seen{$now}++; return $now == $rows }, 120);
	delete @seen{ 0, $rows };
	is(join(' ', sort keys %seen), '', "$kind: it comes whole") if $kind eq 'transactions';
	await('acknowledged', sub { stat_of($node, $kind, 'lag_seconds') == 0 });
	my $after = memory(runner_pid($node, $kind));
	cmp_ok($after - $before, '<', 40, "$kind: it is not kept in memory");

	$store->commands;
	$store->proxy(delay => 0.2);
	sql($node, 'UPDATE big SET round = 2, text = repeat(md5((-id)::text), 640); DELETE FROM big WHERE id % 10 = 0');
	await("$kind: it is under way", sub { grep { $_->{command} eq 'update' && $_->{collection} eq $kind } $store->commands });
	isnt($count->(2), $rows * 9 / 10, "$kind: and has not come");
	# Its transaction would stay open, and keep others off, for as long as the store lets it live.
	kill 'KILL', runner_pid($node, $kind);
	$store->proxy(delay => 0);
	$store->kill9('gateway');
	$store->start;
	await("$kind: the server is back", sub { $node->psql('postgres', 'SELECT 1') == 0 && stat_of($node, $kind, 'state') eq 'streaming' }, 90);
	await("$kind: what was under way", sub { $count->(2) == $rows * 9 / 10 }, 120);
	right($node, $store, $kind, "$kind: worker and store were killed in the middle of it", @rules);
	sql($node, "SELECT deltaview.drop_sink('$kind')");
	await('it is dropped', sub { sql($node, 'SELECT count(*) FROM deltaview.sink_catalog') eq '0' });
	$store->finish;
}
$node->stop;
done_testing();
