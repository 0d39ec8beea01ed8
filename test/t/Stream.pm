# A consumer of the change stream: receives from a slot, and applies to a store of keys and rows, as
# docs/event-format.md says.
package Stream;
use strict;
use warnings;

use Exporter 'import';
use JSON::PP;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(trust_plugin receive lines apply_all content same_content transactions);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

# Newer releases take slots for output plugins that they are told of only.
sub trust_plugin
{
	my ($node) = @_;
	my $postgres = $node->config_data('--bindir') . '/postgres';
	$node->append_conf('postgresql.conf', "output_plugin_libraries = 'pgoutput, pg_deltaview'\n")
		if qx{"$postgres" --describe-config} =~ /^output_plugin_libraries/m;
}

# What a slot has up to now, confirmed as received: a list of lines.
sub lines
{
	my ($node, $slot, %options) = @_;
	my $end = $node->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
	my $out = $node->pg_recvlogical_upto('postgres', $slot, $end, $PostgreSQL::Test::Utils::timeout_default, %options);
	return split /\n/, $out;
}

# The same as events, with what it takes to apply them.
sub receive
{
	my ($node, $slot, %options) = @_;
	return map { $json->decode($_) }
		lines($node, $slot, 'include-pk' => 'on', 'include-lsn' => 'on', 'include-types' => 'off', %options);
}

sub by_name
{
	my ($columns) = @_;
	return { map { $_->{name} => $_->{value} } @$columns };
}

# Events in order, into { table => { key => row } }.
sub apply_all
{
	my ($store, @events) = @_;
	for my $event (@events)
	{
		next unless defined $event->{table};
		my $rows = $store->{ $event->{table} } //= {};
		%$rows = () if $event->{action} eq 'T';
		delete $rows->{ $json->encode(by_name($event->{identity})) } if defined $event->{identity};
		next unless defined $event->{columns};
		my $row = by_name($event->{columns});
		my %key = map { $_->{name} => $row->{ $_->{name} } } @{ $event->{pk} };
		$rows->{ $json->encode(\%key) } = $json->encode($row);
	}
	return $store;
}

# The rows of a view as the server has them, sorted.
sub content
{
	my ($node, $view) = @_;
	my @rows;
	for my $line (split /\n/, $node->safe_psql('postgres', "SET TimeZone = 'UTC'; SELECT row_to_json(v) FROM $view v"))
	{
		my $row = $json->decode($line);
		delete @{$row}{ grep { /^__dv_/ } keys %$row };
		push @rows, $json->encode($row);
	}
	return join "\n", sort @rows;
}

sub same_content
{
	my ($node, $store, @views) = @_;
	my @differ = grep { content($node, $_) ne join "\n", sort values %{ $store->{$_} // {} } } @views;
	return join ' ', @differ;
}

# Events by transaction, as lists; what stands outside of any is left out.
sub transactions
{
	my @found;
	for my $event (@_)
	{
		push @found, [] if $event->{action} eq 'B';
		push @{ $found[-1] }, $event if @found;
	}
	return @found;
}

1;
