# A document store of a test's own, with a proxy before it; by ci/store.sh, or the script that STORE_SCRIPT names.
package Store;
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $top = "$FindBin::RealBin/../..";
my $script = $ENV{STORE_SCRIPT} // 'ci/store.sh';
my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my @all;

# Options: user and password; standalone: a server without transactions; lifetime of a transaction in seconds.
sub new
{
	my ($class, %options) = @_;
	my $self = bless { %options, folder => PostgreSQL::Test::Utils::tempdir_short() }, $class;
	$self->{$_} = PostgreSQL::Test::Cluster::get_free_port() for qw(port proxy control);
	$self->start;
	$self->{helpers} = [ $self->started('proxy', '--control', $self->{control}, '--port', $self->{proxy}, '--to', $self->{port}) ];
	push @all, $self;
	return $self;
}

# A program of test/store that says when it is ready.
sub started
{
	my ($self, $name, @options) = @_;
	my @command = ('/usr/bin/python3', "$top/test/store/$name.py", @options);
	my ($in, $out) = ('', '');
	my $process = IPC::Run::start(\@command, \$in, '>', \$out, '2>', "$self->{folder}/$name.log", IPC::Run::timeout(600));
	$process->pump until $out =~ /ready/;
	return $process;
}

sub script
{
	my ($self, $action, @arguments) = @_;
	local $ENV{STORE_PASSWORD} = $self->{password} // '';
	my $log = "$self->{folder}.log";
	my $command = join ' ', map { "'$_'" } "$top/$script", $action, $self->{folder}, @arguments;
	system("bash $command >>'$log' 2>&1") == 0
		or die "$script $action: " . slurp_file($log);
	return;
}

sub start
{
	my ($self) = @_;
	my @options = ($self->{port});
	push @options, '--user', $self->{user} if defined $self->{user};
	push @options, '--standalone' if $self->{standalone};
	push @options, '--lifetime', $self->{lifetime} // 10;
	return $self->script('start', @options);
}

# Of the store, or of its 'server' or 'gateway' alone.
sub stop { my ($self, @part) = @_; return $self->script('stop', @part) }
sub kill9 { my ($self, @part) = @_; return $self->script('kill', @part) }

# What the sink is told: the proxy, and not to look for other members of the set, which would lead past it.
sub uri { my ($self, @options) = @_; return "mongodb://127.0.0.1:$self->{proxy}/?" . join '&', 'directConnection=true', @options }

# TLS before the proxy: with the key and the certificate of a file, for clients with a certificate if a file of authorities is
# given.  The URI of it.
sub tls_uri
{
	my ($self, $certificate, $clients) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	push @{ $self->{helpers} }, $self->started('tls', '--port', $port, '--to', $self->{proxy}, '--certificate', $certificate,
		defined $clients ? ('--clients', $clients) : ());
	return "mongodb://127.0.0.1:$port/?directConnection=true";
}

# A command, as names and values in order, to the server itself; dies where it fails, unless may_fail is given.
sub command
{
	my ($self, $command, %options) = @_;
	for my $attempt (1, 2)
	{
		if (!$self->{client})
		{
			local $ENV{STORE_PASSWORD} = $self->{password} // '';
			my @command = ('/usr/bin/python3', "$top/test/store/client.py", '--port', $self->{port});
			push @command, '--user', $self->{user} if defined $self->{user};
			@{$self}{qw(in out)} = ('', '');
			$self->{client} = IPC::Run::start(\@command, \$self->{in}, \$self->{out}, '2>', \$self->{complaint}, IPC::Run::timeout(180));
		}
		$self->{out} = '';
		$self->{in} .= $json->encode($command) . "\n";
		eval { $self->{client}->pump until $self->{out} =~ /\n\z/; 1 } and last;
		eval { $self->{client}->kill_kill };
		delete $self->{client};
		die "the store: $self->{complaint}" if $attempt == 2;
	}
	my $answer = $json->decode($self->{out});
	return $answer if $options{may_fail} || number($answer->{ok});
	die 'the store: ' . $json->encode($answer) . ' to ' . $json->encode($command);
}

# A number of canonical extended JSON.
sub number
{
	my ($value) = @_;
	return ref $value eq 'HASH' ? (values %$value)[0] : $value;
}

sub find
{
	my ($self, $database, $collection, $filter) = @_;
	return @{ $self->command([ find => $collection, filter => $filter // {}, '$db' => $database ])->{documents} };
}

sub count
{
	my ($self, $database, $collection) = @_;
	my $answer = $self->command([ aggregate => $collection, pipeline => [ { '$count' => 'n' } ], cursor => {}, '$db' => $database ]);
	return @{ $answer->{documents} } ? number($answer->{documents}[0]{n}) : 0;
}

# An order to the proxy.
sub proxy
{
	my ($self, %order) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{control}) or die "no proxy: $!";
	print $socket $json->encode(\%order), "\n";
	my $line = <$socket>;
	my $answer = $json->decode($line);
	die "proxy: $answer->{error}" if $answer->{error};
	return $answer;
}

sub fault { my ($self, %fault) = @_; return $self->proxy(fault => \%fault) }
sub commands { my ($self) = @_; return @{ $self->proxy(take => JSON::PP::true)->{commands} } }
sub stall { my ($self, $on) = @_; return $self->proxy(stall => $on ? JSON::PP::true : JSON::PP::false) }
sub down { my ($self, $on) = @_; return $self->proxy(down => $on ? JSON::PP::true : JSON::PP::false) }
sub cut { my ($self) = @_; return $self->proxy(cut => JSON::PP::true) }

sub finish
{
	my ($self) = @_;
	eval { $self->{client}->kill_kill } if $self->{client};
	for my $process (@{ $self->{helpers} }) { eval { $process->kill_kill } }
	eval { $self->kill9 };
	return;
}

END
{
	my $status = $?;
	$_->finish for @all;
	$? = $status;
}

1;
