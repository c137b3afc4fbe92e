#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cases.sh PROGRAM...: the cases, below the root of a distribution, as root in namespaces of its own, with the probes of
# these names. answer.sh has how they are answered.
# shellcheck disable=SC2016
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
# shellcheck source=/dev/null
. /answer.sh
export programs="$*"
# holds METHOD COMMAND TEXT: `yes` if the command ends with 0 and prints the text, among others.
holds() {
    out=$(sh -c "$2" 2>&1) && case $out in
    *"$3"*) out=yes ;;
    esac
    answer "$1" - echo "$out"
}

each 'directly' 'as 1000 PROBE 80'

for program in $programs; do
    cp "/bin/probe-$program" "/bin/capable-probe-$program"
    setcap cap_net_bind_service=ep "/bin/capable-probe-$program"
done
each 'file capability, by `setcap`' 'as 1000 capable-PROBE 80'
holds '`getcap`' 'getcap /bin/capable-probe-static' '/bin/capable-probe-static cap_net_bind_service=ep'

touch /etc/authbind/byport/80
chown 1000 /etc/authbind/byport/80
chmod 500 /etc/authbind/byport/80
each '`authbind`' 'as 1000 authbind PROBE 80'
rm /etc/authbind/byport/80

holds '`lowport grant 80 --user web`' 'lowport grant 80 --user web' 'allow user web tcp 80'
echo 'allow user web tcp 80' >/etc/lowport/rules
holds '`lowport list`' 'lowport list' 'web'
holds '`lowport explain 80 --user web`' 'lowport explain 80 --user web' 'allow user web tcp 80'
answer '`lowport can-bind 80`' - sh -c 'as 1000 lowport can-bind 80 && echo yes'
each '`lowport run`' 'as 1000 lowport run PROBE 80'
each '`lowport run --via preload`' 'as 1000 lowport run --via preload PROBE 80'
each '`lowport run --via broker`' 'as 1000 lowport run --via broker PROBE 80'
each '`lowport run --user web --via ambient`' 'lowport run --user web --via ambient PROBE 80'
each '`lowport run --listen 80`' 'as 1000 lowport run --listen 127.0.0.1:80 PROBE 80'
each 'without a rule, `lowport run`' 'as 1000 lowport run PROBE 81'

# talks METHOD COMMAND [OPTION]: starts the server, and has a client with that option send it `yes`, which it prints.
talks() {
    answer "$1" - sh -c '
        $1 >/tmp/heard 2>&1 &
        tries=100
        # By its path: the shell of busybox has a command of that name.
        until echo yes | /usr/local/bin/nc -N $2 127.0.0.1 80 2>/tmp/refused; do
            if grep -q TLS /tmp/refused; then cat /tmp/refused && break; fi
            kill -0 $! 2>/dev/null && [ $((tries -= 1)) -gt 0 ] || break
            sleep 0.05
        done
        [ ! -s /tmp/refused ] || kill $! 2>/dev/null
        wait
        cat /tmp/heard' talks "$2" "${3:-}"
}
talks '`lowport run nc -l -p 80`' 'as 1000 lowport run nc -l -p 80'
talks '`lowport run --via preload nc -l -p 80`' 'as 1000 lowport run --via preload nc -l -p 80'
talks '`lowport run nc --ssl -l -p 80`' 'as 1000 lowport run nc --ssl -l -p 80' --ssl

# The user `far` and the group of the same name are in no file of /etc.
echo 'allow user far tcp 83' >/etc/lowport/rules
echo 'allow group far tcp 84' >>/etc/lowport/rules
answer 'a user of a module of NSS, `lowport can-bind`' - sh -c 'as 2000 lowport can-bind 83 && echo yes'
for port in 83 84; do
    [ $port = 83 ] && of=user || of=group
    each "a $of of a module of NSS, \`authbind\`" "as 2000 authbind PROBE $port"
    each "a $of of a module of NSS, \`lowport run\`" "as 2000 lowport run PROBE $port"
    each "a $of of a module of NSS, \`lowport run --via preload\`" "as 2000 lowport run --via preload PROBE $port"
    each "a rule for another $of, \`lowport run\`" "as 1000 lowport run PROBE $port"
done
each 'a user of a module of NSS, `lowport run --user far --via ambient`' 'lowport run --user far --via ambient PROBE 83'
holds 'a user of a module of NSS, `lowport list`' 'lowport list' 'far'
holds 'a user of a module of NSS, `lowport explain`' 'lowport explain 83 --user far' 'allow user far tcp 83'
echo '=end|'
