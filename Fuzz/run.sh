#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Feeds every target for FUZZ_SECONDS, or those in FUZZ_TARGETS, FUZZ_JOBS of them at a time, and says of each how many
# inputs it had and what was found. Ends with 1 if anything was; the inputs that did it are left in .build/found.
set -eu
cd "$(dirname "$0")"
seconds=${FUZZ_SECONDS:-60}
program=.build/debug/lowport-fuzz

# One target: a line with its name, the executions and the result.
feed() {
    target=$1 log=.build/logs/$1 status=0 result=ok
    mkdir -p ".build/corpus/$target"
    # The backtrace of Swift waits for ever under libFuzzer; the leak checker cannot work where something traces us.
    SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$program" "$target" -max_total_time="$seconds" \
        -max_len=4096 -timeout=60 -print_final_stats=1 -verbosity=0 -artifact_prefix=".build/found/$target-" \
        ".build/corpus/$target" "Corpus/$target" >"$log" 2>&1 || status=$?
    executions=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log")
    # A run that fed nothing has not shown anything.
    if [ "$status" -ne 0 ] || [ "${executions:-0}" -eq 0 ]; then
        result="FAILED"
        for input in ".build/found/$target-"[clot]*; do [ ! -e "$input" ] || result=FOUND; done
        result="$result (status $status) $(grep -a -m 1 -E '^violated:|Fatal error|ERROR: ' "$log" | cut -c1-160)"
        touch .build/logs/found
    fi
    printf '%-17s %10s executions, %s s: %s\n' "$target" "${executions:-0}" "$seconds" "$result"
}

if [ "${1:-}" = --feed ]; then
    feed "$2"
    exit
fi

# lld, since the other linker crashes over libFuzzer; and without what nobody calls, which is the main of libFuzzer.
LOWPORT_TARGETS=fuzz swift build --package-path .. --product lowport-fuzz -Xswiftc -sanitize=fuzzer,address \
    -Xswiftc -Osize -Xswiftc -use-ld=lld -Xlinker --gc-sections --scratch-path .build
mkdir -p .build/found .build/corpus .build/logs
rm -f .build/logs/found
# shellcheck disable=SC2086
printf '%s\n' ${FUZZ_TARGETS:-$($program --list)} | xargs -n 1 -P "${FUZZ_JOBS:-1}" ./run.sh --feed
if [ -e .build/logs/found ]; then
    echo "found; the inputs, and what was said, are in Fuzz/.build:"
    (cd .build && ls found/* logs/*) || true
    exit 1
fi
echo "nothing found"
