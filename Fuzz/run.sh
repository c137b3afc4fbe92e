#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
# run.sh [SECONDS [PARSER...]]: feeds every parser for so long; a minute each if nothing is said.
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- text attribute vectors external saved options access telnet request http socks
# lld, since the other linker crashes over libFuzzer; and without what nobody calls, which is the main of libFuzzer.
swift build -Xswiftc -sanitize=fuzzer,address -Xswiftc -Osize -Xswiftc -use-ld=lld -Xlinker --gc-sections --scratch-path .build
for parser in "$@"; do
    echo "== $parser, $seconds s"
    case $parser in
    text | attribute | vectors | external | saved) program=capability-fuzz ;;
    *) program=netcat-fuzz ;;
    esac
    mkdir -p ".build/found/$parser"
    # The backtrace of Swift waits for ever under libFuzzer; the leak checker cannot work where something traces us.
    SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 ".build/debug/$program" "$parser" \
        -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix=".build/found/$parser-" ".build/found/$parser" "Corpus/$parser"
done
echo "nothing found"
