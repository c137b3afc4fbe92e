# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of nc and netcat for bash. The options are those that the program's own help has.

_lowport_nc() {
    local word=$2 previous=$3 names text name value=
    local -a options=()
    COMPREPLY=()
    # A line of the help: the names with commas between them, the name of the argument, two blanks, the explanation.
    while IFS= read -r text; do
        [[ $text =~ ^\ +(-[[:alnum:]]|--[[:alnum:]-]+)(,\ (--[[:alnum:]-]+))?(\ ([^\ ]+))?(\ \ .*)?$ ]] || continue
        names="${BASH_REMATCH[1]} ${BASH_REMATCH[3]}"
        for name in $names; do
            options+=("$name")
            [[ $name != "$previous" ]] || value=${BASH_REMATCH[5]}
        done
    done < <("$1" --help 2>/dev/null)
    case $value in
    '') [[ $word != -* ]] || mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$word") ;;
    FILE) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    PROGRAM | COMMAND) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
    HOST* | ADDRESS) mapfile -t COMPREPLY < <(compgen -A hostname -- "$word") ;;
    *'|'*) mapfile -t COMPREPLY < <(compgen -W "${value//[^[:alnum:]]/ }" -- "$word") ;;
    esac
    if [[ -z $value && $word != -* ]]; then mapfile -t COMPREPLY < <(compgen -A hostname -- "$word"); fi
}
complete -F _lowport_nc nc netcat nc.lowport
