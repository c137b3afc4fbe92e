#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The archive: installed, installed again, and removed.
# shellcheck source=Packages/tools.sh
. /packages/tools.sh

tar -x -C /tmp -f /packages/archive.tar.gz
cd /tmp/lowport-* || exit
inventory >/tmp/before
check 'it says what it would do' sh -c './install.sh --check | grep -q "for glibc below /usr/local$"'
inventory >/tmp/after
same '... and does nothing' '' "$(diff /tmp/before /tmp/after)"
check 'it installs itself' ./install.sh
capabilities=cap_dac_read_search,cap_setpcap,cap_net_bind_service=p
check 'the helper has its capabilities' setcap -q -v $capabilities /usr/local/libexec/lowport/lowport-helper
check 'the pages are there' test -s /usr/local/share/doc/lowport/README.md -a -s /usr/local/share/doc/lowport/Documentation/recording.svg
check '... and each of their links leads to a file' /packages/dead-links /usr/local/share/doc/lowport
PATH=/usr/local/bin:$PATH
check 'doctor finds no error' lowport doctor
check 'a rule' lowport grant 80 --user web
check '... holds' listens 80 lowport run nc -l -p 80
check '... for a program that was there before' can_bind 80 lowport run
refuse '... and for no other port' can_bind 81 lowport run
check 'the units name the program where it is' grep -q '^ExecStart=/usr/local/bin/lowport' /usr/local/lib/systemd/system/lowport-enforce.service

# Broken off by what is in the way, it is removed, or completed.
mkdir -p /opt/half/share/man/man8/lowport.8
refuse 'what cannot be put in its place ends it' ./install.sh --prefix /opt/half
check '... before it is complete' test -x /opt/half/bin/lowport -a ! -e /opt/half/lib/systemd/system/lowport-enforce.service
# As if it had been killed.
touch /opt/half/bin/.lowport-new /opt/half/share/man/man8/.lowport-new
check '... what is there of it is removed' ./install.sh --prefix /opt/half --uninstall
same '... and nothing stays' '' "$(find /opt/half ! -type d)"
refuse 'the same again' ./install.sh --prefix /opt/half
rmdir /opt/half/share/man/man8/lowport.8
check '... is completed by another one' ./install.sh --prefix /opt/half
check '... which works' can_bind 80 /opt/half/bin/lowport run
check '... and is removed' ./install.sh --prefix /opt/half --uninstall
same '... with nothing left' '' "$(find /opt/half ! -type d)"
rm -r /opt/half
refuse 'directories of others below it are refused' sh -c 'mkdir -p /opt/low/share/man; mkdir -m 777 /opt/low/share/man/man1
    ./install.sh --prefix /opt/low'
check '... and nothing is there' test ! -e /opt/low/bin
rm -r /opt/low

if [ -n "$GROUP" ]; then
    check 'the kernel has the rules' lowport enforce enable --cgroup "$GROUP"
    check 'another one, which has the kernel engine too' ./install.sh --prefix /opt/low
    same '... is removed, and says so' 'the rules stay in the kernel, for the installation below /usr/local' \
        "$(./install.sh --prefix /opt/low --uninstall 2>&1 >/dev/null)"
    check '... which they do' can_bind 80
    same 'for others than root they stay as well' 'not root: the rules stay in the kernel' "$(user ./disable-rules /usr/local 2>&1)"
    mkdir -p /opt/low
    cp -r /usr/local/bin /usr/local/libexec /opt/low/
    mv /usr/local/libexec /usr/local/aside
    check 'the last installation takes them out' ./disable-rules /opt/low
    mv /usr/local/aside /usr/local/libexec
    refuse '... and they hold no more' can_bind 80
    check '... nothing is in the kernel' test ! -e /sys/fs/bpf/lowport
    rm -r /opt/low
fi

# An older one had a file that this one has not.
echo share/lowport-old >>/usr/local/libexec/lowport/manifest
touch /usr/local/share/lowport-old
check 'it installs itself over itself' ./install.sh --libc musl
check '... what is left over goes' test ! -e /usr/local/share/lowport-old
check '... and what the programs for musl lack' test ! -e /usr/local/libexec/lowport/lowport-admin
check '... the rule holds' can_bind 80 lowport run
check 'elsewhere' ./install.sh --prefix=/opt/low
check '... the rule holds there too' can_bind 80 /opt/low/bin/lowport run
check 'it is removed there' ./install.sh --prefix /opt/low --uninstall
check 'it is removed' ./install.sh --uninstall
check 'the rules stay' grep -q 'user web' /etc/lowport/rules
refuse 'it is not removed twice' ./install.sh --uninstall
rm -rf /etc/lowport /etc/authbind /var/lib/lowport
find /usr/local /opt -type d -empty -delete 2>/dev/null || true
inventory | grep -v ' d ' >/tmp/after
same 'nothing else is left' '' "$(grep -v ' d ' /tmp/before | diff - /tmp/after)"

refuse 'a directory of others is refused' sh -c 'mkdir -m 777 -p /srv/open; ./install.sh --prefix /srv/open/low'
check '... and nothing is there' test ! -e /srv/open/low/bin
for prefix in relative '/a b' /usr/../tmp; do refuse "$prefix is no prefix" ./install.sh --prefix "$prefix"; done
check 'it says how it is used' ./install.sh --help
same 'an unknown option is a usage error' 64 "$(./install.sh --bogus >/dev/null 2>&1 || echo $?)"
printf x >>common/bin/lowport
refuse 'a damaged archive is refused' ./install.sh
check '... and nothing is installed' test ! -e /usr/local/bin/lowport
echo end
