#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From the version before, while programs run under the broker and the kernel has the rules: nothing is lost.

# shellcheck disable=SC2016 source=Packages/tools.sh
. /packages/tools.sh

check 'apt installs the version before' install /packages/old/*.deb /packages/sample/lowport-sample_1.deb
update-alternatives --set nc /usr/bin/nc.lowport >/dev/null
lowport grant 80,81,86 --user web >/dev/null
printf '%s\n' '# of the administrator' 'allow user web tcp 83' >/etc/lowport/rules.d/mine.rules
command install -m 755 /dev/null /etc/authbind/byport/84

# A shell under the broker, which starts a program whenever it is told to: it outlives the upgrade, and so does its broker.
mkfifo -m 666 /tmp/orders
user lowport run --via broker sh -c 'while read -r port; do nc.openbsd -l -p "$port" >"/tmp/heard-$port"; done </tmp/orders' &
exec 8>/tmp/orders
echo 80 >&8
check 'a program under the broker listens' await is_listening 80

pins() { find /sys/fs/bpf/lowport -printf '%P\n' 2>/dev/null | sort; }
stop=/tmp/stop
if [ -n "$GROUP" ]; then
    check 'the kernel has the rules' lowport enforce enable --cgroup "$GROUP"
    # Binds without end, until the upgrade is over.
    user perl -MSocket -e 'my ($tries, $failures) = (0, 0);
        until (-e "/tmp/stop") {
            socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
            $tries++; bind($s, sockaddr_in(86, INADDR_LOOPBACK)) or $failures++;
            select(undef, undef, undef, 0.002);
        }
        print $failures == 0 && $tries > 100 ? "none of many\n" : "$failures of $tries\n"' >/tmp/failures &
    loop=$!
    before=$(pins)
fi
setcap cap_net_bind_service=ep /usr/bin/lowport-sample
check 'a program with the capability binds' sh -c '[ "$(setpriv --reuid web --regid web --clear-groups lowport-sample 82)" = yes ]'

files=$(sha256sum /etc/lowport/rules /etc/lowport/rules.d/mine.rules)
check 'apt upgrades' install /packages/new/*.deb
same 'every package is the new one' 4 "$(dpkg-query -W -f '${Version}\n' 'lowport*' | grep -cvx '0.1.9\|1')"
same 'the rules are as they were' "$files" "$(sha256sum /etc/lowport/rules /etc/lowport/rules.d/mine.rules)"
check 'the file of authbind is as it was' test -x /etc/authbind/byport/84
check 'the helper has its capabilities' /usr/libexec/lowport/setcap -q -v \
    cap_dac_read_search,cap_setpcap,cap_net_bind_service=p /usr/libexec/lowport/lowport-helper
same 'nc stays as it was chosen' /usr/bin/nc.lowport "$(readlink -f "$(command -v nc)")"
check 'setcap is still diverted' test -x "$(command -v setcap.libcap)"

check 'the program under the broker still listens' sh -c 'echo hello | nc.openbsd -N 127.0.0.1 80'
echo 81 >&8
check '... and the broker that was there before goes on binding' await is_listening 81
echo hello | nc.openbsd -N 127.0.0.1 81
exec 8>&-
check 'a new one works' can_bind 80 lowport run --via broker
check 'authbind works' can_bind 84 authbind

if [ -n "$GROUP" ]; then
    check 'the kernel still has the rules' sh -c 'lowport enforce status | grep -qi "enabled\|enforced"'
    same 'with the same pins' "$before" "$(pins)"
    : >$stop
    wait "$loop"
    same 'no bind failed meanwhile' 'none of many' "$(cat /tmp/failures)"
    check 'the new programs change the rules in the kernel' lowport grant 85 --user web
    check '... where they hold' can_bind 85
    # And the other way round: the programs before with rules of the new ones.
    check 'apt goes back' install --allow-downgrades /packages/old/*.deb
    check '... the rules in the kernel hold' can_bind 85
    check '... and are switched off' lowport enforce disable
fi

# With many packages, minutes can pass until one is configured. The kernel helps no more here.
check 'dpkg unpacks packages' dpkg --unpack /packages/old/lowport_*.deb /packages/old/lowport-authbind_*.deb
same '... which are not configured' unpacked "$(dpkg-query -W -f '${db:Status-Status}' lowport)"
check '... a bind by the library works meanwhile' can_bind 83 lowport run --via preload
check '... and one by authbind' can_bind 84 authbind
check '... and one by a broker' can_bind 83 lowport run --via broker
check 'dpkg configures them' dpkg --configure --pending

check 'apt upgrades the program with the capability' install /packages/sample/lowport-sample_2.deb
same '... whose new file has none' '' "$(getcap /usr/bin/lowport-sample)"
check 'setcap gives it again' setcap cap_net_bind_service=ep /usr/bin/lowport-sample
check '... and it binds' sh -c '[ "$(setpriv --reuid web --regid web --clear-groups lowport-sample 82)" = yes ]'
echo end
