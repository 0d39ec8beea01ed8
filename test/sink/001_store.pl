# The store that the sink is tested against, and the proxy before it: they do what the other tests rely on.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Store;
use Test::More;

sub code { my ($answer) = @_; return Store::number($answer->{code}) // 0 }
sub id { return map { { _id => $_ } } @_ }

my $uuid = sub { return { '$binary' => { base64 => 'AAAAAAAAAAAAAAAAAAA' . $_[0] . 'AA==', subType => '04' } } };
my ($session, $other) = map { { id => $uuid->($_) } } qw(A B);
my $number = 0;

# A command within a transaction of a session.
sub within
{
	my ($store, $lsid, $txn, $command, %more) = @_;
	return $store->command([ @$command, lsid => $lsid, txnNumber => { '$numberLong' => "$txn" }, autocommit => JSON::PP::false, %more ],
		may_fail => 1);
}
my %begin = (startTransaction => JSON::PP::true);

my $store = Store->new(lifetime => 2);
my $hello = $store->command([ hello => 1 ]);
ok($hello->{msg} || $hello->{setName}, 'the store says that it has transactions');

$store->command([ insert => 'c', documents => [ id(1 .. 1000) ] ]);
is($store->count('test', 'c'), 1000, 'a cursor goes on to its end');
is(scalar($store->find('test', 'c')), 1000, 'and gives all');
my $answer = $store->command([ insert => 'c', documents => [ id(1) ] ]);
is(code($answer->{writeErrors}[0]), 11000, 'a duplicate key is told');
$store->command([ update => 'c', updates => [ { q => { _id => 1 }, u => { v => 'new' }, upsert => JSON::PP::true } ] ]);
is(($store->find('test', 'c', { _id => 1 }))[0]{v}, 'new', 'a document is replaced');
$store->command([ delete => 'c', deletes => [ { q => { _id => 2 }, limit => 1 } ] ]);
is($store->count('test', 'c'), 999, 'and deleted');

$store->command([ createIndexes => 'c', indexes => [ { key => { v => 1 }, name => 'by_v' } ] ]);
$store->command([ insert => 'd', documents => [ id(7) ] ]);
$answer = $store->command([ renameCollection => 'test.c', to => 'test.d', '$db' => 'admin' ], may_fail => 1);
is(code($answer), 48, 'a rename takes no other away unasked');
$store->command([ renameCollection => 'test.c', to => 'test.d', dropTarget => JSON::PP::true, '$db' => 'admin' ]);
is($store->count('test', 'd'), 999, 'a collection is renamed over another');
is(join(' ', sort map { $_->{name} } @{ $store->command([ listIndexes => 'd' ])->{documents} }), '_id_ by_v', 'with its indexes');
is($store->count('test', 'c'), 0, 'and is not there under its old name');
is(join(' ', map { $_->{name} } @{ $store->command([ listCollections => 1, filter => { name => 'd' } ])->{documents} }), 'd', 'collections are listed');
$store->command([ drop => 'd' ]);
is($store->count('test', 'd'), 0, 'and dropped');

$store->command([ create => 't' ]);
within($store, $session, ++$number, [ insert => 't', documents => [ id(1) ] ], %begin);
is($store->count('test', 't'), 0, 'what a transaction writes is not seen');
within($store, $session, $number, [ commitTransaction => 1, '$db' => 'admin' ]);
is($store->count('test', 't'), 1, 'until its commit');
is(code(within($store, $session, $number, [ commitTransaction => 1, '$db' => 'admin' ])), 0, 'which may be repeated');
within($store, $session, ++$number, [ update => 't', updates => [ { q => { _id => 1 }, u => { v => 1 } } ] ], %begin);
$answer = within($store, $other, 1, [ update => 't', updates => [ { q => { _id => 1 }, u => { v => 2 } } ] ], %begin);
is(code($answer), 112, 'writers of one document conflict');
is($answer->{errorLabels}[0], 'TransientTransactionError', 'and may begin anew');
within($store, $session, $number, [ abortTransaction => 1, '$db' => 'admin' ]);
is(code(within($store, $session, $number, [ insert => 't', documents => [ id(2) ] ])), 251, 'after its end there is no transaction');
within($store, $session, ++$number, [ insert => 't', documents => [ id(3) ] ], %begin);
sleep 3;
is(code(within($store, $session, $number, [ commitTransaction => 1, '$db' => 'admin' ])), 251, 'nor is there after its lifetime');
my $retryable = [ insert => 't', documents => [ id(4) ], lsid => $session, txnNumber => { '$numberLong' => '1000' } ];
$store->command($retryable);
is(scalar(@{ $store->command($retryable)->{writeErrors} // [] }), 0, 'a retryable write comes twice and is done once');

within($store, $session, 2000, [ insert => 't', documents => [ id(5) ] ], %begin);
$store->kill9;
$store->start;
is($store->count('test', 't'), 2, 'killed: what was committed is there, and nothing else');

# Through the proxy.
my $direct = $store->{port};
$store->{port} = $store->{proxy};
eval { $store->{client}->kill_kill };
delete $store->{client};
$store->commands;
$store->command([ insert => 'p', documents => [ id(1) ], writeConcern => { w => 'majority' } ]);
my ($seen) = $store->commands;
is("$seen->{command} $seen->{collection} $seen->{writeConcern}{w}", 'insert p majority', 'the proxy records commands');
$store->fault(command => 'insert', code => 10107);
is(code($store->command([ insert => 'p', documents => [ id(2) ] ], may_fail => 1)), 10107, 'the proxy replies an error');
is($store->count('test', 'p'), 1, 'and the command is not done');
$store->fault(command => 'insert', code => 91, after => JSON::PP::true);
is(code($store->command([ insert => 'p', documents => [ id(2) ] ], may_fail => 1)), 91, 'or replies it later');
is($store->count('test', 'p'), 2, 'when it has been done');
$store->fault(command => 'insert', concern => 64);
is(code($store->command([ insert => 'p', documents => [ id(3) ] ])->{writeConcernError}), 64, 'or that of a write concern');
$store->fault(command => 'count', cut => JSON::PP::true);
is(Store::number($store->command([ count => 'p' ])->{n}), 3, 'the proxy cuts a connection, and there is a new one');
$store->down(1);
eval { $store->command([ ping => 1 ]) };
like($@, qr/refused|closed/, 'the proxy refuses connections');
$store->down(0);
$store->proxy(delay => 0.3);
my $start = time;
$store->command([ ping => 1 ]) for 1, 2;
cmp_ok(time - $start, '>=', 1, 'the proxy delays');
$store->proxy(delay => 0);
$store->{port} = $direct;

my $standalone = Store->new(standalone => 1, user => 'sink', password => 'a secret');
is($standalone->command([ hello => 1 ])->{msg}, undef, 'a store without transactions');
is(code(within($standalone, $session, 1, [ insert => 't', documents => [ id(1) ] ], %begin)), 20, 'refuses them');
$standalone->command([ insert => 't', documents => [ id(1) ] ]);
eval { $standalone->{client}->kill_kill };
delete $standalone->{client};
$standalone->{password} = 'another';
eval { $standalone->command([ count => 't' ]) };
like($@, qr/Authentication failed/, 'with a wrong password nobody comes in');
done_testing();
