# SPDX-License-Identifier: Apache-2.0
# What the situations are written with, in a sandbox in which the kernel engine may be enabled for $G. Each is a call of `truth NAME`, with these variables, which are reset behind it:
#   user     who asks and who binds; alice
#   outer    what root starts that user through
#   ambient  options of setpriv(1) besides the user
#   way      what the user starts everything through
#   program  the program; the dynamic server
#   port     80
#   ask      options of explain and can-bind
#   server   options of the server; none for a socket on :: that takes IPv4 as well
#   helpless what no command of this machine can help against
#   early    yes if a step may be enough before the last one
#   plain    empty if can-bind, which knows no program, is not compared
# What `lowport edit` would start: somebody who takes out the lines that are wrong.
printf '#!/bin/sh\nsed -i "/^alow/s/alow/allow/; /nonsense/d" "$1"\n' > editor; chmod 755 editor; export EDITOR=$T/editor VISUAL=$T/editor
cc -o dynamic "$TRUTH/server.c"; musl-gcc -static -o static "$TRUTH/server.c"; chmod 755 dynamic static
reset() { user=alice ambient='' outer='' way='' program=$T/dynamic port=80 ask='' server='' helpless='' plain=yes early=''; }
reset
as_user() { (cd "$T"; exec $outer setpriv --reuid "$user" --regid "$(id -g "$user" 2>/dev/null || echo "$user")" ${groups:---init-groups} $ambient "$@"); }
binds() { as_user $way "$@" $server $port >bound 2>&1 </dev/null; }
# Each remedy behind the number of its step.
listed() { awk '/^to make it work:/ { on = 1; next } !on { next }
    /^  [0-9]\. / { step = $1 + 0; print step, substr($0, 6); next }
    step ? /^     [^ ]/ : /^  [^ ]/ { sub(/^ +/, ""); if ($0 != "or") print step ? step : 1, $0 }' said; }

# Whether the program binds on its own, or in the way that the answer names.
really() {
    if binds "$program"; then echo native
    elif binds lowport run "$program"; then echo run
    elif binds lowport run --via broker "$program"; then echo broker
    else echo no; fi
}

# carry_out COMMAND: as the one who reads it would, and says whether the program binds then.
carry_out() {
    command=$(echo "$1" | sed 's/sudo //g')
    case $command in
        *'lowport run '*)
            case $1 in sudo*) (eval "$command $server $port") >bound 2>&1 </dev/null ;;
                *) if grep -F -A1 -- "$1" said | grep -q outside; then outer='' way=''; fi
                   as_user $way $command $server $port >bound 2>&1 </dev/null ;; esac && echo yes || echo no ;;
        'lowport enforce enable') lowport enforce enable --cgroup "$G" >/dev/null 2>&1; real_now=$(really); lowport enforce disable >/dev/null
            [ "$real_now" = native ] && echo yes || echo no ;;
        *) eval "$command" >/dev/null 2>&1 </dev/null || true
           [ "$(really)" = no ] && echo no || echo yes ;;
    esac
}

truth() {
    explained=0; as_user $way lowport explain $port $ask --program "$program" >said 2>&1 || explained=$?
    can=0; as_user $way lowport can-bind $port $ask >said-too 2>&1 || can=$?
    real=$(really)
    wrong=''
    named=native
    grep -q 'started with lowport run' said && named=run
    grep -q 'started with lowport run --via broker' said && named=broker
    head -1 said | grep -q 'through the helper' && named=run
    case $explained-$real in
        0-native) ;;
        0-run) [ $named = run ] || [ $named = broker ] || wrong="binds only with lowport run" ;;
        0-broker) [ $named = broker ] || wrong="binds only with --via broker" ;;
        0-*) wrong="does not bind: $(tail -1 bound)" ;;
        1-no) ;;
        # It is said how, and that the program loses its privileges so.
        1-broker) listed | grep -q -e '--via broker' || wrong="binds (broker)" ;;
        1-*) wrong="binds ($real)" ;;
        *) wrong="status $explained" ;;
    esac
    if [ -n "$plain" ]; then
        kept=$program; program=$T/dynamic; simple=$(really); program=$kept
        case $can-$simple in 0-native | 0-run | 1-no) ;; *) wrong="$wrong; can-bind: $can, but $simple" ;; esac
    fi
    steps=''
    if [ -z "$wrong" ] && [ $explained = 1 ]; then
        listed >plan
        total=$(tail -1 plan | cut -d ' ' -f 1) done=0
        while read -r step command; do
            # What is no command is advice.
            case $command in 'sudo make '*) continue ;; 'sudo '* | lowport*) ;; *) continue ;; esac
            # Of the last step, what changes nothing is tried each time; of the others the first alternative.
            case $command in *'lowport run '* | *'enforce enable') [ "$step" = "$total" ] || [ $done -lt "$step" ] || continue ;;
                *) [ $done -lt "$step" ] || continue ;; esac
            answer=$(carry_out "$command")
            case $answer-$steps in
                yes-) steps=$step ;;
                no-?) [ "$step" -lt "$total" ] || wrong="$wrong; no alternative: $command" ;;
            esac
            done=$step
        done <plan
        if [ -z "$steps" ]; then [ -n "$helpless" ] || wrong="no remedy helped"
        # A start in another way is the last step, and found without being told.
        elif [ "$steps" -lt $((total - 1)) ] && [ -z "$early" ]; then wrong="$wrong; step $steps of $total was enough"; fi
        [ -z "$steps" ] || [ -z "$helpless" ] || wrong="step $steps helped, though nothing should"
    fi
    if [ -z "$wrong" ]; then echo "ok $1${VERBOSE:+ ($explained, $real${steps:+, step $steps of $total}): $(head -1 said)}"
    else echo "WRONG $1: $wrong"; echo "    $(head -1 said)"; listed | sed 's/^/    /'; fi
    reset
}
