// SPDX-License-Identifier: Apache-2.0
internal import Linux

/// What is said about the command line.
enum Usage {
    /// The version, a line.
    static var version: ByteString { "nc (Lowport) \(ProjectVersion.current)\n" }

    /// The forms of the command, shown after a mistake.
    static var short: ByteString {
        """
        usage: nc [-46bCDdFNnrtUuvz] [-c command] [-e program] [-I length] [-i interval] [-M ttl] [-m minttl]
                  [-O length] [-o file] [-P user] [-p port] [-q seconds] [-s address] [-T keyword] [-W count]
                  [-w timeout] [-X protocol] [-x proxy[:port]] host port ...
               nc -l [-k] [-L host:port] [options] [-s address] [-p] [address] port
               nc [-l] -U [options] path
               nc --help

        """
    }

    /// All options, for `--help`.
    static var long: ByteString {
        """
        Connect to a TCP or UDP port, or listen on one, and pass standard input and output through.

          nc [options] host port ...       connect; a port is a number, a range lo-hi or a service
          nc -l [options] [address] port   listen; also: nc -l -p port, nc -l -s address -p port
          nc [-l] -U [options] path        the same with a Unix socket; @name is an abstract one

        Where
          -4, -6                    use IPv4 or IPv6 alone
          -l, --listen              listen
          -p, --source-port PORT    port to bind: of the listener, or of our side
          -s, --source ADDRESS      address to bind: of the listener, or of our side
          -U, --unixsock            use a Unix socket
          -u, --udp                 use datagrams
              --vsock               use a virtual machine's socket: machine and port are numbers
          -n, --nodns               look no names up
          -r                        try ports in random order
          -z                        only see whether the ports are open
              --parallel N          see to N ports at the same time
          -x, --proxy HOST[:PORT]   connect through a proxy
          -X 4|4a|5|connect         how the proxy is spoken to; --proxy-type socks4|socks4a|socks5|http
          -P, --proxy-auth USER[:PASSWORD], --proxy-dns local|remote

        When it ends
          -k, --keep-open           go on listening after a connection
          -N                        tell the peer when standard input ends; --no-shutdown takes it back
          -q TIME                   as -N, and quit TIME after standard input ended (0: no limit)
          -w, --wait TIME           give up connecting after TIME, quit when nothing happened for TIME
              --idle-timeout TIME   quit when nothing happened for TIME
          -W COUNT                  quit after COUNT packets were received
          -d, --recv-only           do not read standard input
              --send-only           receive nothing, quit when standard input ends

        Who is at our end
          -e, --exec PROGRAM        a program, its words split at blanks
          -c, --sh-exec COMMAND     a command of the shell
          -L HOST:PORT              another host (with -l)
              --broker, --chat      all other clients (with -l)
              --proxy-type http|socks5   whatever the client asks for (with -l)
              --max-conns N         at most N clients at once
              --allow, --deny LIST  who may connect: hosts, prefixes, ranges; --allowfile, --denyfile FILE
          -F                        nobody: hand the socket to the reader of standard output

        What is done to the bytes
          -C, --crlf                send line feeds as CR LF
          -i, --delay TIME          wait TIME between lines sent, and between ports
          -t, --telnet              answer TELNET negotiations with no
          -o FILE                   write a dump of both directions; --hex-dump FILE: in ncat's form
              --output FILE         write the bytes of both directions; --append-output: add to the files
              --ssl                 encrypt; --ssl-cert FILE, --ssl-key FILE, --ssl-verify, --ssl-trustfile FILE,
                                    --ssl-ciphers LIST, --ssl-servername NAME, --ssl-alpn LIST
          -b, -D, -I SIZE, -O SIZE, -M HOPS, -m HOPS, -T TYPE   options of the socket

        What is said
          -v, --verbose             tell what happens
              --progress            show how far it is, on a terminal
              --stats text|json     tell how much was moved, at the end
          -h, --help, --version

        TIME is in seconds, or has a unit: 500ms, 2s, 1m, 1h.

        Ending a transfer. Without -N or -q the end of standard input is not passed on, and both sides wait for each
        other: send a file with "nc -N host port <file" and receive it with "nc -l port >file".

        """
    }
}
