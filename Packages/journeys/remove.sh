#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Removed, installed again and purged: what is the administrator's stays until the purge, and then nothing is left.
# shellcheck source=Packages/tools.sh
. /packages/tools.sh

names='lowport lowport-authbind lowport-netcat lowport-libcap-tools'
inventory >/tmp/before
setcap=$(sha256sum <"$(command -v setcap)") nc=$(readlink -f /bin/nc)
check 'apt installs all packages' install /packages/new/*.deb
update-alternatives --set nc /usr/bin/nc.lowport >/dev/null
lowport grant 80 --user web >/dev/null
command install -m 755 /dev/null /etc/authbind/byport/84
check 'a threshold is set' lowport threshold 1000
[ -z "$GROUP" ] || check 'the kernel has the rules' lowport enforce enable --cgroup "$GROUP"
[ -z "$GROUP" ] || check '... and they hold' can_bind 80

# As if systemd ran, with a note of what it is told to stop.
mkdir -p /run/systemd/system
invoke=/usr/bin/deb-systemd-invoke
mv $invoke /tmp/invoke
# shellcheck disable=SC2016
printf '%s\n' '#!/bin/sh' 'echo "$@" >>/tmp/invoked' >$invoke
chmod 755 $invoke

if [ -n "$GROUP" ]; then
    # As if somebody else had made it, which is an error that lowport enforce disable ends with.
    chmod 755 /sys/fs/bpf/lowport
    check 'programs are to keep their capabilities' lowport programs enable
    refuse 'rules that cannot be taken out of the kernel keep the package' remove lowport
    same '... as it was' installed "$(dpkg-query -W -f '${db:Status-Status}' lowport)"
    check '... its helper works' can_bind 80 lowport run --via preload
    check '... and so does what gives programs their capabilities' test -f /etc/dpkg/dpkg.cfg.d/lowport-programs
    check '... no unit is stopped' test ! -e /tmp/invoked
    chmod 700 /sys/fs/bpf/lowport
fi
# shellcheck disable=SC2086
check 'apt removes them' remove $names
check 'the units are stopped' grep -q '^stop .*lowport-metrics.timer .*lowport-enforce.service' /tmp/invoked
mv /tmp/invoke $invoke
rmdir /run/systemd/system
check 'nothing is left that dpkg would run' test ! -e /etc/dpkg/dpkg.cfg.d/lowport-programs
check 'nothing is in the kernel' sh -c '[ ! -e /sys/fs/bpf/lowport ]'
refuse '... and nothing holds' can_bind 80
same 'the original setcap is back' "$setcap" "$(sha256sum <"$(command -v setcap)")"
check '... and under no other name' sh -c '! ls /sbin/*.libcap /usr/sbin/*.libcap /usr/share/man/man8/*.libcap* 2>/dev/null'
check '... with no diversion' sh -c '! dpkg-divert --list | grep lowport'
same 'nc is the one from before' "$nc" "$(readlink -f /bin/nc)"
check 'the rules stay' grep -q 'user web' /etc/lowport/rules
check 'the tree of authbind stays' test -x /etc/authbind/byport/84
check 'the threshold stays' test -f /etc/sysctl.d/99-lowport.conf
check 'the programs are gone' sh -c '! ls /usr/bin/lowport /usr/libexec/lowport /usr/bin/authbind /usr/lib/authbind 2>/dev/null'

check 'apt installs them again' install /packages/new/*.deb
check 'the rules hold again' can_bind 80 lowport run
check 'the tree holds again' can_bind 84 authbind
[ -z "$GROUP" ] || check 'the kernel has the rules again' lowport enforce enable --cgroup "$GROUP"
# One of them alone.
check 'the tools for capabilities are removed' remove lowport-libcap-tools
same '... the original is back' "$setcap" "$(sha256sum <"$(command -v setcap)")"
check '... and the rest works' can_bind 80 lowport run
check 'apt purges them' purge lowport lowport-authbind lowport-netcat lowport-libcap-tools
check 'nothing is in the kernel' sh -c '[ ! -e /sys/fs/bpf/lowport ]'
same 'the threshold is what it was' 1024 "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)"
inventory >/tmp/after
same 'nothing is left' '' "$(diff /tmp/before /tmp/after)"
same 'no user or service is left' '' "$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'lowport*' 2>/dev/null | grep -v not-installed)"
echo end
