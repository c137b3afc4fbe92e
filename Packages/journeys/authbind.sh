#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From the original authbind to this one and back: the policy is that of both.
# shellcheck source=Packages/tools.sh
. /packages/tools.sh

check 'apt installs the original' install /root/authbind_*.deb
command install -m 755 /dev/null /etc/authbind/byport/80
echo 127.0.0.1/32,81 >/etc/authbind/byuid/1001
check 'it works' can_bind 80 authbind
before=$(find /etc/authbind -printf '%p %m %u\n' | sort)
check 'apt replaces it' install /packages/new/lowport_*.deb /packages/new/lowport-authbind_*.deb
check 'apt shows what a purge of the original would do' grep -q '^lowport: do not purge authbind: ' /tmp/apt
same 'the original is removed' config-files "$(dpkg-query -W -f '${db:Status-Status}' authbind)"
same 'the tree is as it was' "$before" "$(find /etc/authbind -printf '%p %m %u\n' | sort)"
check 'the same port' can_bind 80 authbind
check 'the same file of the user' can_bind 81 authbind
refuse 'and no other port' can_bind 82 authbind
for path in /usr/bin/authbind /usr/lib/authbind/helper /usr/lib/authbind/libauthbind.so.1; do
    same "$path is of this package" lowport-authbind "$(dpkg -S $path | cut -d : -f 1)"
done
# A package that depends on authbind is content with this one.
mkdir -p /tmp/other/DEBIAN
printf '%s\n' 'Package: other' 'Version: 1' 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
    'Depends: authbind (>= 2.1)' 'Description: depends on authbind' >/tmp/other/DEBIAN/control
dpkg-deb --build /tmp/other /tmp/other.deb >/dev/null
check 'what depends on authbind installs' install /tmp/other.deb
check '... and goes' remove other

check 'apt goes back to the original' install /root/authbind_*.deb
check 'the original works' can_bind 80 authbind
check 'this one is purged' purge lowport-authbind
check '... without what is the original'\''s now' can_bind 80 authbind
check 'and here again' install /packages/new/lowport-authbind_*.deb
# The original takes the tree away with it, which its administrator asked for; the directories come back.
check 'the original is purged' purge authbind
check 'configured again, the directories are there' dpkg-reconfigure -f noninteractive lowport-authbind
check '... and nothing is left to warn of' sh -c '! grep -q "do not purge" /tmp/said'
command install -m 755 /dev/null /etc/authbind/byport/80
check '... and the tree holds' can_bind 80 authbind
echo end
