#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# root-aarch64.sh DEBIAN ROOT: makes the root of a machine of aarch64: what Scripts/cross-aarch64 built, the probes, and from
# the unpacked packages the libraries, busybox, and the programs that ours are compared with, below /originals.
set -eu
cd "$(dirname "$0")/.."
debian=$1 root=$2 built=.build-aarch64/dist
rm -rf "$root"
mkdir -p "$root/bin" "$root/lib" "$root/usr/lib" "$root/originals" "$root/proc" "$root/sys" "$root/dev" "$root/run" \
    "$root/tmp" "$root/usr/local/bin" "$root/usr/local/libexec/lowport" "$root/etc/lowport/rules.d" \
    "$root/etc/authbind/byport" "$root/etc/authbind/byaddr" "$root/etc/authbind/byuid"
for name in lowport authbind setcap getcap nc; do cp $built/$name "$root/usr/local/bin/"; done
find $built \( -name 'lowport-*' -o -name '*.so' \) -exec cp {} "$root/usr/local/libexec/lowport/" \;

cp -a "$debian/lib/ld-linux-aarch64.so.1" "$debian/lib/aarch64-linux-gnu" "$root/lib/"
cp -a "$debian/usr/lib/authbind" "$root/usr/lib/"
find "$debian/usr/lib/aarch64-linux-gnu" -maxdepth 1 -name 'lib*.so.*' -exec cp -a {} "$root/lib/aarch64-linux-gnu/" \;
cp "$debian/sbin/setcap" "$debian/sbin/getcap" "$debian/usr/bin/authbind" "$root/originals/"
cp "$debian/bin/nc.openbsd" "$root/originals/nc"
cp "$debian/bin/busybox" "$debian/bin/dash" "$debian/usr/bin/setpriv" "$debian/usr/bin/getfattr" "$root/bin/"
for name in sh basename cat chmod chown cksum cmp cp diff dirname echo env grep head id install ip kill ln ls mkdir mount \
    mv poweroff rm sed seq setsid sleep switch_root timeout touch true umount uname wc; do ln -s busybox "$root/bin/$name"; done

cross=aarch64-linux-gnu-gcc
$cross -O2 -o "$root/bin/probe-dynamic" Machines/probe.c
$cross -O2 -static -o "$root/bin/probe-static" Machines/probe.c
$cross -O2 -o "$root/bin/bind-probe" Tests/Probes/bind-probe/*.c
$cross -O2 -static -o "$root/bin/bind-probe-static" Tests/Probes/bind-probe/*.c
clang --target=armv7-linux-gnueabi -O2 -ffreestanding -fno-stack-protector -nostdlib -static -fuse-ld=lld \
    -o "$root/bin/probe-arm" Machines/probe-arm.c
cp Machines/guest.sh Machines/cases.sh Machines/answer.sh Machines/comparison.sh "$root/"
ln -s guest.sh "$root/init"
printf 'root:x:0:0::/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nweb:x:1000:\n' >"$root/etc/group"
