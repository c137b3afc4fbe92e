#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# table.sh FILE...: prints the table of what came out: a row for each method and program, in the order of the cases; a column
# for each file, which begins with `kernel|RELEASE` or `column|NAME`. A line `head|METHOD|PROGRAM` gives the first two
# columns other names.
set -eu
awk -F'|' -v head='method | program' '
    # What was not tried there.
    function fill(row, until) { while (filled[row] < until) { cells[row] = cells[row] " - |"; filled[row]++ } }
    $1 == "end" { next }
    $1 == "head" { head = $2 " | " $3; next }
    $1 == "kernel" { split($2, number, "."); $0 = "column|" number[1] "." number[2] (NF > 3 ? ", " $4 : "") }
    $1 == "column" { column++; columns = columns " " $2 " |"; rule = rule "---|"; next }
    {
        row = $1 " | " $2
        if (!(row in cells)) order[++count] = row
        answer = $3
        if (answer ~ /^no: /) {
            reason = substr(answer, 5)
            if (!(reason in notes)) { notes[reason] = ++noted; reasons[noted] = reason }
            answer = "no (" notes[reason] ")"
        }
        fill(row, column - 1)
        cells[row] = cells[row] " " answer " |"
        filled[row]++
    }
    END {
        print "| " head " |" columns
        print "|---|---|" rule
        for (i = 1; i <= count; i++) { fill(order[i], column); print "| " order[i] " |" cells[order[i]] }
        print ""
        for (i = 1; i <= noted; i++) print i ". `" reasons[i] "`"
    }' "$@"
