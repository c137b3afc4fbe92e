#compdef nc netcat nc.lowport
# SPDX-License-Identifier: Apache-2.0
# Completion of nc and netcat for zsh. The options are those that the program's own help has.

_lowport_nc() {
    local line value name action
    local -a arguments
    # A line of the help: the names with commas between them, the name of the argument, two blanks, the explanation.
    while IFS= read -r line; do
        [[ $line =~ '^ +(-[^ ,-]|--[^ ,]+)(, (--[^ ]+))?( ([^ ]+))?(  +(.*))?$' ]] || continue
        value=$match[5]
        case $value in
        '') action= ;;
        FILE) action=':file:_files' ;;
        PROGRAM | COMMAND) action=':command:_command_names -e' ;;
        HOST* | ADDRESS) action=':host:_hosts' ;;
        *'|'*) action=":value:(${value//|/ })" ;;
        *) action=":$value: " ;;
        esac
        for name in $match[1] $match[3]; do
            arguments+=("*${name}[${match[7]//[^a-zA-Z0-9 ,.;()-]/ }]$action")
        done
    done < <($words[1] --help 2>/dev/null)
    _arguments -s $arguments '*:host or port:_hosts'
}
_lowport_nc "$@"
