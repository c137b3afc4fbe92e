#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The cases, in the machine; answer.sh has how they are answered.
# shellcheck disable=SC2016
export PATH=/usr/local/bin:/bin
# shellcheck source=/dev/null
. /answer.sh
export programs='dynamic static'

DAEMON='(setsid PROBE 80 >/tmp/said 2>&1 &); until [ -s /tmp/said ]; do sleep 0.1; done; cat /tmp/said; rm /tmp/said'
W='/bin/setpriv --reuid 1000 --regid 1000 --clear-groups'
echo "=kernel|$(uname -r)|$(cat /proc/sys/kernel/yama/ptrace_scope)"

# Nothing but what depends on the size of pages.
case $(uname -r) in
*-16k)
    # shellcheck source=Machines/comparison.sh
    . /comparison.sh
    echo '=end|'
    poweroff -f
    ;;
esac
each 'directly' "$W PROBE 80"
for program in dynamic static; do
    cp /bin/probe-$program /bin/capable-probe-$program
    setcap cap_net_bind_service=ep /bin/capable-probe-$program
done
each 'file capability, by `setcap`' "$W capable-PROBE 80"
touch /etc/authbind/byport/80
chown web /etc/authbind/byport/80
chmod 0500 /etc/authbind/byport/80
each '`authbind`' "$W authbind PROBE 80"
rm /etc/authbind/byport/80
# Where there is no lowport-admin, by hand.
if [ -x /usr/local/libexec/lowport/lowport-admin ]; then
    lowport grant 80 --user web >/dev/null
else
    echo 'allow user web tcp 80' >/etc/lowport/rules
fi
for scope in 0 1 2; do
    echo $scope >/proc/sys/kernel/yama/ptrace_scope
    each "\`lowport run\`, Yama $scope" "$W lowport run PROBE 80"
    each "\`lowport run --via preload\`, Yama $scope" "$W lowport run --via preload PROBE 80"
    each "\`lowport run --via broker\`, Yama $scope" "$W lowport run --via broker PROBE 80"
    # The shell is static, so that the library does not reach what it starts.
    [ $scope = 2 ] || each "\`lowport run\`, a daemon, Yama $scope" "$W lowport run sh -c \"$DAEMON\""
done
echo 0 >/proc/sys/kernel/yama/ptrace_scope
each '`lowport run --user web --via ambient`' "lowport run --user web --via ambient PROBE 80"
each '`lowport run --listen 80`' "$W lowport run --listen 127.0.0.1:80 PROBE 80"
if [ ! -x /usr/local/libexec/lowport/lowport-admin ]; then
    # shellcheck source=Machines/comparison.sh
    . /comparison.sh
    echo '=end|'
    poweroff -f
fi
lowport grant 82 --everyone --program /bin/probe-dynamic -q
lowport grant 82 --everyone --program /bin/probe-static -q
lowport grant 83 --everyone --program /bin/busybox -q
each '`lowport run`, a rule for the program' "$W lowport run PROBE 82"
each '`lowport run`, a rule for another program' "$W lowport run PROBE 83"
refusal=$(lowport enforce enable 2>&1) || echo "$refusal"
# in_kernel METHOD COMMAND: as each, where the engine is enabled.
in_kernel() {
    if [ -z "$refusal" ]; then
        each "$@"
    else
        for program in dynamic static; do echo "=$1|$program|no: $(echo "$refusal" | head -n 1)"; done
    fi
}
in_kernel 'kernel engine' "$W PROBE 80"
in_kernel 'kernel engine, a port without a rule' "$W PROBE 81"
in_kernel 'kernel engine, a rule for the program' "$W PROBE 82"
in_kernel 'kernel engine, a rule for another program' "$W PROBE 83"
cp /bin/escape-probe-static /bin/plain
for program in dynamic static; do
    setcap cap_net_bind_service=ep /bin/escape-probe-$program
    [ -n "$refusal" ] || lowport grant 84 --program /bin/escape-probe-$program -q
done
in_kernel 'kernel engine, a confined program' "$W escape-PROBE plain 84 | sed s/^bound$/yes/"
in_kernel 'kernel engine, a confined program, another port' "$W escape-PROBE plain 81 | sed s/^bound$/yes/"
in_kernel 'kernel engine, what it hands its capability to, the port' "$W escape-PROBE ambient 84 /bin/plain | sed s/^bound$/yes/"
in_kernel 'kernel engine, what it hands its capability to, another port' "$W escape-PROBE ambient 81 /bin/plain | sed s/^bound$/yes/"
in_kernel 'kernel engine, a confined program as another, another port' "$W escape-PROBE executable 81 /bin/plain | sed s/^bound$/yes/"
in_kernel 'kernel engine, in a user namespace' "$W /bin/unshare -U -r PROBE 80"
in_kernel 'kernel engine, in a user namespace, a port without a rule' "$W /bin/unshare -U -r PROBE 81"
echo '=end|'
poweroff -f
