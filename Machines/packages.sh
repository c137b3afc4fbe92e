#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh SUITE ARCHITECTURE DIRECTORY PACKAGE...: fetches packages of Debian and unpacks them below the directory.
# `meta/NAME` stands for the newest package that NAME depends on. With ONLY=PATH, that is all that is unpacked.
# `with/NAME` stands for the package and all that it depends on.
#
# The mirror is the one that apt is set up with, and apt checks the signatures; the system's own lists stay as they are.
set -eu
suite=$1 architecture=$2 directory=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages" "$directory"
: >"$work/status"

# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main" \
    >"$work/sources"
private() {
    "$@" -o Dir::Etc::SourceList="$work/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
        -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o APT::Architecture="$architecture" \
        -o APT::Architectures="$architecture" -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false \
        -o Acquire::Languages=none
}
private apt-get -qq update >&2
whole=
for package; do
    case $package in
    meta/*)
        package=$(private apt-cache depends "${package#meta/}" | sed -n 's/^ *Depends: \([^ <]*\)$/\1/p' | tail -n 1)
        ;;
    with/*)
        whole="$whole ${package#with/}"
        continue
        ;;
    esac
    (cd "$work/packages" && private apt-get -qq download "$package" >&2)
done
if [ -n "$whole" ]; then
    # shellcheck disable=SC2086
    private apt-get -qq --download-only --no-install-recommends install $whole >&2
    mv "$work"/cache/archives/*.deb "$work/packages/"
fi
for package in "$work"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$directory" "${ONLY:-.}"
done
