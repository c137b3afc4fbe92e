#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The cases, in the machine: each line that begins with `=` is an answer, WAY|PROGRAM|WHAT CAME OUT.
# shellcheck disable=SC2016
export PATH=/usr/local/bin:/bin
# answer WAY PROGRAM COMMAND...: whether the command's probe bound its port.
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
both() {
    for program in dynamic static; do
        way=$1
        command=$(echo "$2" | sed "s/PROBE/probe-$program/")
        answer "$way" $program sh -c "$command"
    done
}

DAEMON='(setsid PROBE 80 >/tmp/said 2>&1 &); until [ -s /tmp/said ]; do sleep 0.1; done; cat /tmp/said; rm /tmp/said'
W='/bin/setpriv --reuid 1000 --regid 1000 --clear-groups'
echo "=kernel|$(uname -r)|$(cat /proc/sys/kernel/yama/ptrace_scope)"

both 'directly' "$W PROBE 80"
for program in dynamic static; do
    cp /bin/probe-$program /bin/capable-probe-$program
    setcap cap_net_bind_service=ep /bin/capable-probe-$program
done
both 'file capability, by `setcap`' "$W capable-PROBE 80"
touch /etc/authbind/byport/80
chown web /etc/authbind/byport/80
chmod 0500 /etc/authbind/byport/80
both '`authbind`' "$W authbind PROBE 80"
rm /etc/authbind/byport/80
lowport grant 80 --user web >/dev/null
for scope in 0 1 2; do
    echo $scope >/proc/sys/kernel/yama/ptrace_scope
    both "\`lowport run\`, Yama $scope" "$W lowport run PROBE 80"
    both "\`lowport run --via preload\`, Yama $scope" "$W lowport run --via preload PROBE 80"
    both "\`lowport run --via broker\`, Yama $scope" "$W lowport run --via broker PROBE 80"
    # The shell is static, so that the library does not reach what it starts.
    [ $scope = 2 ] || both "\`lowport run\`, a daemon, Yama $scope" "$W lowport run sh -c \"$DAEMON\""
done
echo 0 >/proc/sys/kernel/yama/ptrace_scope
both '`lowport run --user web --via ambient`' "lowport run --user web --via ambient PROBE 80"
both '`lowport run --listen 80`' "$W lowport run --listen 127.0.0.1:80 PROBE 80"
refusal=$(lowport enforce enable 2>&1) || echo "$refusal"
# in_kernel WAY COMMAND: as both, where the engine is enabled.
in_kernel() {
    if [ -z "$refusal" ]; then
        both "$@"
    else
        for program in dynamic static; do echo "=$1|$program|no: $(echo "$refusal" | head -n 1)"; done
    fi
}
in_kernel 'kernel engine' "$W PROBE 80"
in_kernel 'kernel engine, a port without a rule' "$W PROBE 81"
in_kernel 'kernel engine, in a user namespace' "$W /bin/unshare -U -r PROBE 80"
in_kernel 'kernel engine, in a user namespace, a port without a rule' "$W /bin/unshare -U -r PROBE 81"
echo '=end|'
poweroff -f
