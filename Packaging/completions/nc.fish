# SPDX-License-Identifier: Apache-2.0
# Completion of nc and netcat for fish. The options are those that the program's own help has.

function __lowport_nc_options -a program
    # A line of the help: the names with commas between them, the name of the argument, two blanks, the explanation.
    set -l form '^ +(?:-(?<letter>[^ ,-]))?(?:, )?(?:--(?<word>[^ ]+))?(?: (?<value>[^ ]+))?(?:  +(?<explanation>.*))?$'
    for line in (command $program --help 2>/dev/null)
        string match -rq -- $form $line
        or continue
        set -l option
        test -n "$letter"
        and set -a option -s $letter
        test -n "$word"
        and set -a option -l $word
        set -q option[1]
        or continue
        switch "$value"
            case ''
            case FILE
                set -a option -r -F
            case PROGRAM COMMAND
                set -a option -x -a '(__fish_complete_command)'
            case 'HOST*' ADDRESS
                set -a option -x -a '(__fish_print_hostnames)'
            case '*|*'
                set -a option -x -a (string replace -a '|' ' ' -- $value)
            case '*'
                set -a option -x
        end
        complete -c $program $option -d "$explanation"
    end
    complete -c $program -f -a '(__fish_print_hostnames)'
end
__lowport_nc_options (status basename | string replace -r '\.fish$' '')
functions -e __lowport_nc_options
