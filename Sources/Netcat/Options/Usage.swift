// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// What is said about the command line.
enum Usage {
    /// The version, a line.
    static var version: ByteString { "nc (Lowport) 0.1.0\n" }

    /// The forms of the command, shown after a mistake.
    static var short: ByteString {
        """
        usage: nc [-46CdNnruvz] [-i interval] [-p port] [-q seconds] [-s address] [-W count] [-w timeout] host port ...
               nc -l [-46CdkNnuv] [-i interval] [-q seconds] [-W count] [-w timeout] [-s address] [-p] [address] port
               nc --help

        """
    }

    /// All options, for `--help`.
    static var long: ByteString {
        """
        Connect to a TCP or UDP port, or listen on one, and pass standard input and output through.

          nc [options] host port ...       connect; a port is a number, a range lo-hi or a service
          nc -l [options] [address] port   listen; also: nc -l -p port, nc -l -s address -p port

          -4, -6                    use IPv4 or IPv6 alone
          -C, --crlf                send line feeds as CR LF
          -d, --recv-only           do not read standard input
          -h, --help                show this
          -i, --delay TIME          wait TIME between lines, and between ports
          -k, --keep-open           go on listening after a connection (with -l)
          -l, --listen              listen
          -N                        tell the peer when standard input ends
          -n, --nodns               look no names up
          -p, --source-port PORT    port to bind: of the listener, or of our side
          -q TIME                   as -N, and quit TIME after standard input ended (0: no limit)
          -r                        try ports in random order
          -s, --source ADDRESS      address to bind: of the listener, or of our side
          -u, --udp                 use datagrams
          -v, --verbose             tell what happens
          -W COUNT                  quit after COUNT packets were received
          -w, --wait TIME           give up connecting after TIME, quit when nothing happened for TIME
          -z                        only see whether the ports are open
              --no-shutdown         take -N back
              --send-only           receive nothing, quit when standard input ends
              --version             show the version

        TIME is in seconds, or has a unit: 500ms, 2s, 1m, 1h.

        Ending a transfer. Without -N or -q the end of standard input is not passed on, and both sides wait for each
        other: send a file with "nc -N host port <file" and receive it with "nc -l port >file".

        """
    }
}
