#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# table.sh FILE...: prints the table of what came out: a row for each way and program, in the order of the cases; a column
# for each file, which is that of a kernel. A line `head|WAY|PROGRAM` gives the first two columns other names.
set -eu
awk -F'|' -v head='method | program' '
    $1 == "end" { next }
    $1 == "head" { head = $2 " | " $3; next }
    $1 == "kernel" {
        split($2, number, "."); columns = columns " " number[1] "." number[2] (NF > 3 ? ", " $4 : "") " |"; rule = rule "---|"
        next
    }
    {
        row = $1 " | " $2
        if (!(row in cells)) order[++count] = row
        answer = $3
        if (answer ~ /^no: /) {
            reason = substr(answer, 5)
            if (!(reason in notes)) { notes[reason] = ++noted; reasons[noted] = reason }
            answer = "no (" notes[reason] ")"
        }
        cells[row] = cells[row] " " answer " |"
    }
    END {
        print "| " head " |" columns
        print "|---|---|" rule
        for (i = 1; i <= count; i++) print "| " order[i] " |" cells[order[i]]
        print ""
        for (i = 1; i <= noted; i++) print i ". `" reasons[i] "`"
    }' "$@"
