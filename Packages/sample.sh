#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sample.sh DIRECTORY: makes two versions of a package with a program that binds the port of its argument.
set -eu
cd "$(dirname "$0")/.."
directory=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 1 2; do
    mkdir -p "$work/$version/DEBIAN" "$work/$version/usr/bin"
    chmod -R g-s,go=rX,u=rwX "$work/$version"
    musl-gcc -static -O$version -o "$work/$version/usr/bin/lowport-sample" Machines/probe.c
    cat >"$work/$version/DEBIAN/control" <<END
Package: lowport-sample
Version: $version
Architecture: amd64
Maintainer: nobody <nobody@localhost>
Description: a program for a trial of upgrades
END
    dpkg-deb --root-owner-group -Zgzip --build "$work/$version" "$directory/lowport-sample_$version.deb" >/dev/null
done
