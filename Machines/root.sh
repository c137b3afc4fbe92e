#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# root.sh DIRECTORY CASES: makes the root of a machine out of the release: the installed programs, the libraries that they
# need, busybox, the probe, linked dynamically and statically, and the script of the cases.
set -eu
cd "$(dirname "$0")/.."
root=$1 cases=$2
rm -rf "$root"
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/tmp" "$root/etc" "$root/var/lib"
DESTDIR=$root PREFIX=/usr/local Scripts/install >/dev/null
rm -rf "$root/usr/local/share"

cp /bin/busybox "$root/bin/"
for name in sh cat chmod chown chroot cp cut dmesg echo env grep head id insmod install ip kill ls mkdir mount mv poweroff rm sed \
    setsid sleep switch_root sysctl tail timeout touch tr true umount uname; do ln -s busybox "$root/bin/$name"; done
cp "$(command -v setpriv)" "$(command -v unshare)" "$root/bin/"
cc -O2 -o "$root/bin/probe-dynamic" Machines/probe.c
cc -O2 -static -o "$root/bin/probe-static" Machines/probe.c
cc -O2 -o "$root/bin/escape-probe-dynamic" Tests/Probes/attacks/escape.c
cc -O2 -static -o "$root/bin/escape-probe-static" Tests/Probes/attacks/escape.c
cp Machines/guest.sh Machines/answer.sh "$root/"
cp "$cases" "$root/cases.sh"
ln -s guest.sh "$root/init"

find "$root" -type f -perm -100 -exec ldd {} \; 2>/dev/null | grep -o '/[^ ]*' | grep -v ':$' | sort -u | while read -r library; do
    mkdir -p "$root${library%/*}"
    cp -L "$library" "$root$library"
done
printf 'root:x:0:0::/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nweb:x:1000:\n' >"$root/etc/group"
