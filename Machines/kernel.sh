#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kernel.sh SUITE ARCHITECTURE [FLAVOUR]: fetches the newest kernel of this flavour from a Debian suite, that for clouds if
# none is given, and prints the path of its image.
# What was fetched is kept below .build-machines, with the modules for network devices that need no hardware.
set -eu
cd "$(dirname "$0")/.."
suite=$1 architecture=$2 directory=$PWD/.build-machines/$1-${3:-$2}

image() { find "$directory" -name 'vmlinuz-*' 2>/dev/null | sort | tail -n 1; }
mkdir -p .build-machines
exec 9>"$directory.lock"
flock 9
if [ -z "$(image)" ]; then
    rm -rf "$directory" "$directory.new"
    Machines/packages.sh "$suite" "$architecture" "$directory.new" "meta/linux-image-${3:-cloud-$architecture}"
    mkdir "$directory"
    find "$directory.new" \( -name 'vmlinuz-*' -o -name 'tun.ko*' -o -name 'dummy.ko*' \) -type f -exec mv {} "$directory/" \;
    rm -rf "$directory.new"
fi
image
