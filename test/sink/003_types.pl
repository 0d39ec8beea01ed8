# Each type of PostgreSQL as BSON; what BSON cannot hold stops a sink or is set aside, as chosen.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $store = Store->new;
my $node = new_server('types');
my $row = q{INSERT INTO kinds VALUES (1, 7, 5, 1.5, 0.1, 'NaN', 12345678901234567890.1234567890, 'Infinity', -0.00, 'a "text" é', 'v', 'c', true,
		'\x00ff', '00112233-4455-6677-8899-aabbccddeeff', '2024-02-29', '2024-01-02 03:04:05.678901', '1969-12-31 23:59:59.9995+00', 'infinity',
		'12:34:56.5', '1 day 2 hours', '10.0.0.1/8', '{"z": 1, "a": [1.5, null]}', '{"n": 12345678901, "d": 0.5, "x": "é", "o": {"t": true}}',
		'{1,2,NULL}', '{{1,2},{3,4}}', '{2024-02-29,infinity}', '(1,2.50)', ARRAY['(1,)'::pair], 9, 'glad', '[1,5)', NULL, 1);};
sql($node, q{
	CREATE TYPE mood AS ENUM ('calm', 'glad');
	CREATE TYPE pair AS (a int, b numeric);
	CREATE DOMAIN positive AS bigint CHECK (VALUE > 0);
	CREATE TABLE kinds (
		id int PRIMARY KEY, i2 smallint, i8 bigint, f4 real, f8 float8, nan float8, n numeric, big numeric, minus numeric, t text, v varchar(9),
		c char(4), b bool, y bytea, u uuid, d date, s timestamp, z timestamptz, forever timestamptz, tm time, iv interval, ip inet, j json,
		jb jsonb, ia int[], nested int[], da date[], p pair, pa pair[], dom positive, m mood, r int4range, none date, "a.b" int);
	} . $row . q{
	INSERT INTO kinds (id) VALUES (2);
	SELECT deltaview.create_view('kinds_view', 'SELECT * FROM kinds');
	CREATE TABLE keyed (a int, b text, v int, PRIMARY KEY (a, b));
	INSERT INTO keyed SELECT i, 'k' || i, i FROM generate_series(1, 20) i;
	SELECT deltaview.create_view('keyed_view', 'SELECT b, a, v FROM keyed');
	SELECT deltaview.create_view('one_row', 'SELECT count(*) AS n, sum(v) AS total FROM keyed')});
add_server($node, $store);
create_sink($node, 'kinds_view');
create_sink($node, 'kinds_view', name => 'absent', collection => 'absent', nulls => 'absent', infinity => 'null', numeric => 'string');
create_sink($node, $_) for qw(keyed_view one_row);
await_state($node, $_, 'streaming') for qw(kinds_view absent keyed_view one_row);

my $json = JSON::PP->new->canonical->allow_nonref;
sub int4 { return { '$numberInt' => "$_[0]" } }
sub long { return { '$numberLong' => "$_[0]" } }
sub float { return { '$numberDouble' => "$_[0]" } }
sub decimal { return { '$numberDecimal' => "$_[0]" } }
sub date { return { '$date' => long($_[0]) } }
sub binary { return { '$binary' => { base64 => $_[0], subType => $_[1] } } }
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
my %wanted = (
	_id => int4(1), id => int4(1), i2 => int4(7), i8 => long(5), f4 => float('1.5'), f8 => float('0.1'), nan => float('NaN'),
	n => decimal('12345678901234567890.1234567890'), big => decimal('Infinity'), minus => decimal('0.00'), t => "a \"text\" \x{e9}", v => 'v',
	c => 'c   ', b => $true, y => binary('AP8=', '00'), u => binary('ABEiM0RVZneImaq7zN3u/w==', '04'), d => date(1709164800000),
	s => date(1704164645678), z => date(-1), forever => 'infinity', tm => '12:34:56.5', iv => '1 day 02:00:00', ip => '10.0.0.1/8',
	j => { z => int4(1), a => [ float('1.5'), undef ] },
	jb => { n => long(12345678901), d => float('0.5'), x => "\x{e9}", o => { t => $true } },
	ia => [ int4(1), int4(2), undef ], nested => [ [ int4(1), int4(2) ], [ int4(3), int4(4) ] ],
	da => [ date(1709164800000), 'infinity' ], p => { a => int4(1), b => decimal('2.50') }, pa => [ { a => int4(1), b => undef } ],
	dom => long(9), m => 'glad', none => undef, 'a.b' => int4(1),
	r => { lower => int4(1), upper => int4(5), lower_inclusive => $true, upper_inclusive => $false, empty => $false });
sub fields_are
{
	my ($collection, $what, %changed) = @_;
	my ($got) = $store->find('test', $collection, { _id => 1 });
	my %now = (%wanted, %changed);
	delete @now{ grep { ref $now{$_} eq 'CODE' } keys %now };
	my @differ = grep { $json->encode($got->{$_}) ne $json->encode($now{$_}) || !exists $got->{$_} } sort keys %now;
	push @differ, grep { !exists $now{$_} } sort keys %$got;
	is(join(' ', @differ), '', $what);
	diag("$_: " . $json->encode($got->{$_}) . ' for ' . $json->encode($now{$_})) for @differ;
	return;
}
my $away = sub { };
my @others = (forever => undef, da => [ date(1709164800000), undef ], none => $away, pa => [ { a => int4(1) } ]);
fields_are('kinds_view', 'copied');
fields_are('absent', 'copied, without nulls', @others);
is(join(' ', keys %{ ($store->find('test', 'absent', { _id => 2 }))[0] }) =~ tr/a-z//, 4, 'NULLs are absent where that is chosen');
sub verified { my ($sink, $what) = @_; return is(sql($node, "SELECT * FROM deltaview.verify_sink('$sink')"), '', $what) }
sql($node, 'DELETE FROM kinds');
verified($_, "deleted: $_") for qw(kinds_view absent);
sql($node, $row);
verified($_, "streamed: $_") for qw(kinds_view absent);
fields_are('kinds_view', 'streamed');
fields_are('absent', 'streamed, without nulls', @others);

# Keys of several columns, and none.
sql($node, q{UPDATE keyed SET v = -v WHERE a < 5; UPDATE keyed SET b = 'moved' WHERE a = 6; DELETE FROM keyed WHERE a = 7});
right($node, $store, 'keyed_view', 'a key of two columns', '--key', 'a,b');
right($node, $store, 'one_row', 'a view of one row', '--key', '');
is($json->encode(($store->find('test', 'one_row'))[0]{_id}), '{}', 'has an empty document as its key');

# What BSON cannot hold.
sql($node, q{
	CREATE TABLE odd (id int PRIMARY KEY, n numeric, t text);
	INSERT INTO odd SELECT i, i, 'fine' FROM generate_series(1, 10) i;
	SELECT deltaview.create_view('odd_view', 'SELECT id, n, t FROM odd')});
create_sink($node, 'odd_view', name => 'strict', collection => 'strict');
create_sink($node, 'odd_view', name => 'lenient', collection => 'lenient', on_error => 'set_aside');
await_state($node, $_, 'streaming') for qw(strict lenient);
sql($node, q{UPDATE odd SET n = repeat('9', 40)::numeric WHERE id = 3; UPDATE odd SET t = 'after it' WHERE id = 4});
await_state($node, 'strict', 'failed');
like(stat_of($node, 'strict', 'last_error'), qr/column "n".*34 digits.*3/, 'a sink stops, and says at which value');
await('the lenient one goes on', sub { $store->find('test', 'lenient', { t => 'after it' }) });
is($store->find('test', 'lenient', { _id => 3 }) + 0, 0, 'the row has no document, not even its former one');
is(stat_of($node, 'lenient', 'set_aside'), 1, 'but it is in the table for such rows');
like(sql($node, q{SELECT id FROM deltaview.sink_errors WHERE sink = 'lenient'}), qr/3/, 'with its key');
sql($node, q{UPDATE odd SET t = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 540000) i) WHERE id = 5; UPDATE odd SET t = 'after that' WHERE id = 6});
await('and on', sub { $store->find('test', 'lenient', { t => 'after that' }) });
is($store->find('test', 'lenient', { _id => 5 }) + 0, 0, 'nor has one that would be too large');
like(sql($node, q{SELECT string_agg(code, ',' ORDER BY at) FROM deltaview.sink_errors WHERE sink = 'lenient'}), qr/too large/, 'it says so');
sql($node, q{UPDATE odd SET t = 'small', n = 1 WHERE id IN (3, 5)});
right($node, $store, 'lenient', 'when they fit again they are there', '--key', 'id');
my $before = stat_of($node, 'strict', 'last_error_at');
sql($node, q{SELECT deltaview.start_sink('strict')});
await('it has failed again', sub { stat_of($node, 'strict', 'last_error_at') ne $before });
await('its worker has ended', sub { !defined runner_pid($node, 'strict') });
is(stat_of($node, 'strict', 'state'), 'failed', 'started, it fails again');
sql($node, q{SELECT deltaview.reset_sink('strict')});
await_state($node, 'strict', 'streaming');
right($node, $store, 'strict', 'copied anew, the other one is, too', '--key', 'id');
$node->stop;
done_testing();
