#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Like Machines/probe.c, in a language of the distribution.
use strict;
use warnings;
use Socket;

my $port = shift;
if (($ENV{LISTEN_PID} // 0) == $$) {
    open(my $inherited, '+<&=', 3) or die "no descriptor 3: $!\n";
    my ($number) = sockaddr_in(getsockname($inherited));
    print $number == $port ? "yes\n" : "no\n";
    exit;
}
socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\n";
print bind($socket, sockaddr_in($port, INADDR_LOOPBACK)) ? "yes\n" : "$!\n";
