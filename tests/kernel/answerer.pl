#!/usr/bin/perl
# As answerer.ts, for TCP and SCTP, where starting bun takes long: "serve PROTOCOL PORT" tells everybody who they seem to
# be. "ask PROTOCOL ADDRESS PORT" prints what a server says, or why it says nothing.
use strict;
use warnings;
use Socket qw(:all);

$| = 1;
my ( $role, $name, @rest ) = @ARGV;
my $protocol = $name eq 'sctp' ? 132 : 6;
if ( $role eq 'serve' ) {
    socket( my $server, AF_INET6, SOCK_STREAM, $protocol ) or die "socket: $!";
    bind( $server, pack_sockaddr_in6( $rest[0], inet_pton( AF_INET6, '::' ) ) ) or die "bind: $!";
    listen( $server, 8 ) or die "listen: $!";
    print "ready\n";
    while ( my $from = accept( my $client, $server ) ) {
        my ( $error, $address ) = getnameinfo( $from, NI_NUMERICHOST, NIx_NOSERV );
        $address =~ s/^::ffff://;
        send( $client, "$address $name\n", 0 );
        close($client);
    }
}
else {
    socket( my $client, AF_INET, SOCK_STREAM, $protocol ) or die "socket: $!";
    connect( $client, pack_sockaddr_in( $rest[1], inet_aton( $rest[0] ) ) ) or print("$!\n"), exit;
    recv( $client, my $answer, 256, 0 );
    print $answer;
}
