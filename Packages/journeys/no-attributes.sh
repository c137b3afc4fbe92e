#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where files have no attributes, the helper is set-user-ID root; what dpkg-statoverride says goes before that.
# shellcheck source=Packages/tools.sh
. /packages/tools.sh

helper=/usr/libexec/lowport/lowport-helper
dpkg-statoverride --add root root 755 $helper-nss
check 'apt installs it' install /packages/new/lowport_*.deb /packages/new/lowport-authbind_*.deb
check 'it says that the helper is set-id, and why' grep -q "^lowport: $helper: set-user-ID root, since" /tmp/apt
same 'the helper is set-id' 4755 "$(stat -c %a $helper)"
same 'the one with an override is not' 755 "$(stat -c %a $helper-nss)"
check '... which it says' grep -q "^lowport: $helper-nss: as dpkg-statoverride says, mode 755" /tmp/apt
lowport grant 80 --user web >/dev/null
check 'the library works' can_bind 80 lowport run --via preload
refuse '... for the rule alone' can_bind 81 lowport run --via preload
dpkg-statoverride --remove $helper-nss
dpkg-statoverride --add root web 4750 $helper
check 'installed again' install --reinstall /packages/new/lowport_*.deb
same 'the override holds' '4750 web' "$(stat -c '%a %G' $helper)"
same 'the other one is set-id now' 4755 "$(stat -c %a $helper-nss)"
check 'the broker works' can_bind 80 lowport run --via broker
echo end
