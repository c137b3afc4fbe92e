# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What the scripts that try machines and distributions begin and end with; they set $what, the name of what they try.

# not_tried WHY: says that nothing is known, and ends with the status for that.
not_tried() {
    echo "lowport: ${what:?}: not tried: $1" >&2
    exit 75
}

# needs COMMAND...: ends the script unless all of them are there.
needs() {
    for command; do command -v "$command" >/dev/null || not_tried "$command is missing"; done
}

# on_each SUITE...: calls `boot` for all suites at the same time, which makes the file of the suite in $results unless
# something cannot be fetched. Ends the script unless each machine ran all cases; otherwise makes $results/table.
on_each() {
    rm -rf "${results:?}"
    mkdir -p "$results"
    for suite; do boot "$suite" & done
    wait
    for suite; do [ -f "$results/$suite" ] || not_tried "the kernel or the packages of $suite cannot be fetched"; done
    for suite; do
        grep -q '^end|' "$results/$suite" || {
            echo "lowport: $what: the machine of $suite did not run all cases" >&2
            exit 1
        }
    done
    (cd "$results" && ../../Machines/table.sh "$@") >"$results/table"
}
