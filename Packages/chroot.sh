#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# chroot.sh SUITE FILE: makes the archive of a fresh system of Debian, with what the packages take the place of. Up to bullseye,
# /bin and /sbin are directories of their own there.
#
# As minimal as apt can be run in. The original authbind lies in /root: it is for one of the trials.
set -eu
suite=$1 file=$2
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" { print $1; exit }')
set -- --quiet --variant=apt --include=netcat-openbsd,libcap2-bin --dpkgopt=path-exclude=/usr/share/locale/* \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC2016
mmdebstrap --format=tar "$@" --customize-hook='chroot "$1" sh -c "cd /root && apt-get -qq download authbind"' \
    "$suite" "$file.new" "${mirror:-http://deb.debian.org/debian}"
mv "$file.new" "$file"
