#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# containers-root.sh SUITE DIRECTORY: makes the root of a machine out of the release and what runs containers for ordinary
# users in a Debian suite: podman, the programs that it starts, pasta and RootlessKit, and the network devices of the kernel.
#
# What was fetched is kept below .build-machines. Ends with 75 if it cannot be fetched.
set -eu
cd "$(dirname "$0")/.."
root=$2 kernel=.build-machines/$1-amd64 programs=.build-machines/containers-$1

# pick FROM TO: copies from what the packages contain the programs that are needed, and the libraries of each.
pick() {
    mkdir -p "$2/lib"
    for name in bin/podman bin/conmon bin/crun bin/slirp4netns bin/pasta bin/pasta.avx2 bin/newuidmap bin/newgidmap \
        bin/rootlesskit bin/nsenter bin/ip sbin/ip lib/podman/netavark lib/podman/rootlessport \
        libexec/podman/rootlessport; do
        for place in "$1/usr" "$1"; do
            [ -f "$place/$name" ] || continue
            mkdir -p "$2/usr/${name%/*}"
            cp -L "$place/$name" "$2/usr/$name"
        done
    done
    mkdir -p "$2/etc" "$2/usr/share"
    cp -R "$1/etc/containers" "$2/etc/"
    cp -R "$1/usr/share/containers" "$2/usr/share/"
    # The loader of the suite itself finds them.
    loader=$(find "$1" -name 'ld-linux-x86-64.so.2' | head -n 1)
    libraries=$(find "$1" -name x86_64-linux-gnu -path '*/lib/*' | tr '\n' ':')
    cp -L "$loader" "$2/lib/"
    find "$2/usr" -type f -exec "$loader" --library-path "$libraries" --list {} \; 2>/dev/null |
        sed -n 's/.* => \([^ ]*\) .*/\1/p' | sort -u | while read -r library; do cp -L "$library" "$2/lib/"; done
}
if [ ! -d "$programs" ]; then
    rm -rf "$programs.new" "$programs.all"
    Machines/packages.sh "$1" amd64 "$programs.all" with/podman with/crun with/slirp4netns with/passt with/uidmap \
        with/rootlesskit with/iproute2 with/util-linux || exit 75
    pick "$programs.all" "$programs.new"
    mv "$programs.new" "$programs"
    rm -rf "$programs.all"
fi

Machines/root.sh "$root" Machines/containers-cases.sh
cp -R "$programs/usr" "$programs/etc" "$root/"
mkdir -p "$root/lib/modules"
find "$kernel" -name '*.ko*' -exec cp {} "$root/lib/modules/" \;
# The release is from this system, and what runs containers from that one: the newer C library serves both.
version() { "$1" --version | sed -n '1s/.* \([0-9.]*[0-9]\)\.*$/\1/p'; }
here=$(version "$root/lib64/ld-linux-x86-64.so.2") there=$(version "$programs/lib/ld-linux-x86-64.so.2")
if [ "$(printf '%s\n' "$here" "$there" | sort -V | tail -n 1)" = "$there" ]; then
    cp "$programs"/lib/* "$root/lib/x86_64-linux-gnu/"
    cp "$programs/lib/ld-linux-x86-64.so.2" "$root/lib64/"
else
    cp -n "$programs"/lib/* "$root/lib/x86_64-linux-gnu/"
fi
