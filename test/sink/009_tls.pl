# TLS: whose certificate is trusted, what happens where it is not, and who may name files of the server.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Sink;
use Store;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
sub openssl { system_or_bail('openssl', @_); return }

# An authority, and whom it signs: files NAME.pem, each with key and certificate.
sub authority
{
	my ($name) = @_;
	openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', "/CN=$name", '-keyout', "$folder/$name.key", '-out', "$folder/$name.pem");
	return;
}

sub certificate
{
	my ($name, $authority, @extensions) = @_;
	append_to_file("$folder/$name.ext", join "\n", 'basicConstraints = CA:FALSE', @extensions, '');
	openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', "/CN=$name", '-keyout', "$folder/$name.key", '-out', "$folder/$name.csr");
	openssl('x509', '-req', '-days', '2', '-in', "$folder/$name.csr", '-CA', "$folder/$authority.pem", '-CAkey', "$folder/$authority.key",
		'-CAcreateserial', '-extfile', "$folder/$name.ext", '-out', "$folder/$name.crt");
	append_to_file("$folder/$name.pem", slurp_file("$folder/$name.key") . slurp_file("$folder/$name.crt"));
	return;
}
authority($_) for qw(ours theirs);
certificate('here', 'ours', 'subjectAltName = IP:127.0.0.1');
certificate('elsewhere', 'ours', 'subjectAltName = DNS:elsewhere.example');
certificate('client', 'ours');
certificate('stranger', 'theirs');

my $store = Store->new(user => 'tls', password => 'under cover');
my $node = new_server('tls');
new_shop($node);
my %uri = (
	here => $store->tls_uri("$folder/here.pem"),
	elsewhere => $store->tls_uri("$folder/elsewhere.pem"),
	asking => $store->tls_uri("$folder/here.pem", "$folder/ours.pem"));
add_server($node, $store, uri => $uri{here});

# The options of the server from now on: no others.
sub server_options
{
	my (%options) = @_;
	my %former = map { $_ => 1 } split ' ', sql($node, q{SELECT string_agg(split_part(o, '=', 1), ' ') FROM pg_foreign_server, unnest(srvoptions) o});
	my @changes = map { (delete $former{$_} ? 'SET' : 'ADD') . " $_ " . quoted($options{$_}) } sort keys %options;
	sql($node, 'ALTER SERVER store OPTIONS (' . join(', ', @changes, map { "DROP $_" } sort keys %former) . ')');
	return;
}

my $round = 0;
sub change { $round++; sql($node, "UPDATE orders SET status = 'round $round' WHERE id % 3 = $round % 3"); return }

sub taken
{
	my ($what, %options) = @_;
	server_options(%options);
	change();
	await_state($node, 'declared', 'streaming');
	right($node, $store, 'declared', $what);
	return;
}

# Refused for a reason that the error gives; commits go on, and nothing comes through.
sub refused
{
	my ($what, $reason, %options) = @_;
	my $before = sql($node, 'SELECT clock_timestamp()');
	server_options(%options);
	change();
	await("$what: an error", sub { stat_of($node, 'declared', "last_error_at > '$before'") eq 't' }, 30);
	like(stat_of($node, 'declared', 'last_error'), $reason, $what);
	is(scalar($store->find('test', 'declared', { status => "round $round" })), 0, "$what: nothing comes through");
	return;
}
my %ca = (tls => 'true', tls_ca_file => "$folder/ours.pem");
server_options(uri => $uri{here}, %ca);
create_sink($node, 'declared');
await_state($node, 'declared', 'streaming');
right($node, $store, 'declared', 'a certificate that our authority has signed');

refused('another authority', qr/certificate verify failed/i, %ca, uri => $uri{here}, tls_ca_file => "$folder/theirs.pem");
taken('any certificate, if that is allowed', uri => $uri{here}, tls => 'true', tls_allow_invalid_certificates => 'true');
refused('no authority named, and none that is known', qr/certificate verify failed/i, uri => $uri{here}, tls => 'true');
taken('our authority again', %ca, uri => $uri{here});
refused('another host', qr/certificate/i, %ca, uri => $uri{elsewhere});
taken('any host, if that is allowed', %ca, uri => $uri{elsewhere}, tls_allow_invalid_hostnames => 'true');
refused('a client without a certificate', qr/\w/, %ca, uri => $uri{asking});
taken('a client with one', %ca, uri => $uri{asking}, tls_certificate_key_file => "$folder/client.pem");
refused('a client with that of another authority', qr/\w/, %ca, uri => $uri{asking}, tls_certificate_key_file => "$folder/stranger.pem");
refused('a file that is not there', qr{nowhere\.pem}, %ca, uri => $uri{here}, tls_ca_file => "$folder/nowhere.pem");
refused('a file that is no certificate', qr{here\.ext}, %ca, uri => $uri{here}, tls_certificate_key_file => "$folder/here.ext");
refused('a server without TLS', qr/timeout|closed/, %ca, uri => $store->uri);
refused('a server with it, asked without', qr/\w/, uri => $uri{here});
taken('as at first', %ca, uri => $uri{here});

sql($node, q{CREATE ROLE plain; GRANT USAGE ON FOREIGN DATA WRAPPER deltaview_mongo TO plain});
for my $option (qw(tls_ca_file tls_certificate_key_file))
{
	my $create = "CREATE SERVER of_plain FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', $option '$folder/ours.pem')";
	my ($status, $stdout, $stderr) = $node->psql('postgres', "SET ROLE plain; $create");
	like($stderr, qr/permission denied to set option "$option"/, "$option is not for everybody");
	sql($node, "GRANT pg_read_server_files TO plain; SET ROLE plain; $create; DROP SERVER of_plain; RESET ROLE; REVOKE pg_read_server_files FROM plain");
}
unlike(slurp_file($node->logfile), qr/under cover/, 'the password is not in the log');
$node->stop;
done_testing();
