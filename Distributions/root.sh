#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# root.sh DISTRIBUTION DIRECTORY: makes the root of a distribution with the release in it, in the empty directory. The
# distribution is a suite of Debian, or `musl` for a machine as Alpine is: musl, busybox, and nothing of glibc's.
set -eu
cd "$(dirname "$0")/.."
suite=$1 root=$2
mkdir -p "$root/proc" "$root/dev" "$root/run" "$root/tmp" "$root/etc" "$root/var/lib/extrausers" "$root/usr/bin"
mkdir -p "$root/usr/local"
for name in null zero random urandom; do cp -a /dev/$name "$root/dev/"; done
chmod 1777 "$root/tmp"

if [ "$suite" = musl ]; then
    ln -s usr/bin "$root/bin"
    mkdir "$root/lib"
    cp -L "/lib/ld-musl-$(uname -m).so.1" "$root/lib/"
    cp /bin/busybox "$root/bin/"
    for name in $(busybox --list); do [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"; done
    musl-gcc -O2 -o "$root/bin/probe-dynamic" Machines/probe.c
    tar -x -C "$root/tmp" -f ".build-packages/lowport-$(Scripts/version)-$(uname -m).tar.gz"
    mv "$root"/tmp/lowport-* "$root/lowport"
    chroot "$root" /lowport/install.sh
else
    cp -a ".build-distributions/$suite/root/." "$root/"
    ln -sf dash "$root/bin/sh"
    # As it is linked for the release, or it would need the glibc of this machine.
    clang -O2 -static-libgcc -L .build-release/glibc -o "$root/bin/probe-dynamic" Machines/probe.c
    install -m 755 Distributions/probe.pl "$root/bin/probe-script"
    DESTDIR=$root PREFIX=/usr/local Scripts/install >/dev/null
fi
musl-gcc -static -O2 -o "$root/bin/probe-static" Machines/probe.c
musl-gcc -static -O2 -o "$root/bin/as" Distributions/as.c
cp Machines/answer.sh Distributions/cases.sh "$root/"

printf '%s\n' root:x:0:0::/root:/bin/sh web:x:1000:1000::/:/bin/sh >"$root/etc/passwd"
printf '%s\n' root:x:0: web:x:1000: >"$root/etc/group"
# A user and a group that only a module of the C library knows.
echo far:x:2000:2000::/:/bin/sh >"$root/var/lib/extrausers/passwd"
echo far:x:2000: >"$root/var/lib/extrausers/group"
printf '%s\n' 'passwd: files extrausers' 'group: files extrausers' >"$root/etc/nsswitch.conf"
