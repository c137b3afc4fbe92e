#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the cases of machines and of distributions answer with: each line that begins with `=` is an answer,
# METHOD|PROGRAM|WHAT CAME OUT.

# answer METHOD PROGRAM COMMAND...: whether the command's probe bound its port, which it says with `yes` as the last line.
answer() {
    way=$1 program=$2
    shift 2
    out=$("$@" 2>&1)
    case $out in
    yes) ;;
    *yes) out="yes, with a message" ;;
    *) out="no: $(echo "$out" | head -n 1)" ;;
    esac
    echo "=$way|$program|$out"
}

# each METHOD COMMAND: the answer for each of $programs, which the cases set, and whose name stands in the place of PROBE in the command.
each() {
    way=$1
    for program in ${programs:?}; do answer "$way" "$program" sh -c "$(echo "$2" | sed "s/PROBE/probe-$program/")"; done
}
