#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kernel.sh SUITE: fetches the newest cloud kernel of a Debian suite, and prints the path of its image.
#
# The mirror is the one that apt is set up with, and apt checks the signatures; the system's own lists stay as they are.
# What was fetched is kept below .build-machines.
set -eu
cd "$(dirname "$0")/.."
suite=$1 directory=$PWD/.build-machines/$1
mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"

image() { find "$directory" -name 'vmlinuz-*' | sort | tail -n 1; }
if [ -n "$(image)" ]; then
    image
    exit
fi
rm -f "$directory"/linux-image-*.deb

# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main" \
    >"$directory/sources"
private() {
    "$@" -o Dir::Etc::SourceList="$directory/sources" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$directory/lists" -o Dir::Cache="$directory/cache" -o APT::Sandbox::User=root \
        -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none
}
private apt-get -qq update >&2
package=$(private apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | tail -n 1)
(cd "$directory" && private apt-get -qq download "$package" >&2)
dpkg-deb --fsys-tarfile "$directory"/linux-image-*.deb | tar -x -C "$directory" ./boot
rm -r "$directory"/linux-image-*.deb "$directory/lists" "$directory/cache"
image
