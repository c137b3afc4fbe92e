#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [--update]: installs the release below roots with the C libraries of other distributions, tries each method there
# as an unprivileged user, and compares what came out with the table in Documentation/distributions.md; --update writes the
# table. All of it happens in private namespaces: nothing of the machine changes.
#
# Ends with 0 if all of them ran and the table is right, with 1 if it differs, and with 75 if one could not be made: then
# nothing is known.
set -eu
cd "$(dirname "$0")/.."

what='other distributions'
. Machines/common.sh

if [ "${1:-}" = within ]; then
    # In the namespaces, where /mnt is this one's alone.
    suite=$2
    ip link set lo up
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/root
    Distributions/root.sh "$suite" /mnt/root
    mount -t proc proc /mnt/root/proc
    set -- dynamic static
    # musl comes without an interpreter for scripts.
    [ "$suite" = musl ] || set -- "$@" script
    exec chroot /mnt/root /bin/sh /cases.sh "$@"
fi

[ "$(uname -m)" = x86_64 ] || not_tried "they are for x86-64"
[ "$(id -u)" -eq 0 ] || not_tried "that takes root"
needs apt-get dpkg-deb musl-gcc busybox

results=.build-distributions/results suites='bullseye bookworm trixie'
rm -rf $results
mkdir -p $results
for suite in $suites; do
    root=.build-distributions/$suite/root
    [ ! -d "$root" ] || continue
    rm -rf "$root.new"
    mkdir -p "$root.new/usr/bin" "$root.new/usr/sbin" "$root.new/usr/lib" "$root.new/usr/lib64"
    for name in bin sbin lib lib64; do ln -s usr/$name "$root.new/$name"; done
    # OpenSSL, for nc; the older one is of no use to it, and the newer one comes with coreutils.
    tls=''
    [ "$suite" != bookworm ] || tls=with/libssl3
    # shellcheck disable=SC2086
    Machines/packages.sh "$suite" amd64 "$root.new" with/dash with/coreutils with/sed with/grep with/perl-base \
        with/libstdc++6 with/libnss-extrausers $tls || not_tried "the packages of $suite cannot be fetched"
    rm -rf "$root.new/usr/share"
    mv "$root.new" "$root"
done

heading() {
    case $1 in
    bullseye) echo 'Debian 11, glibc 2.31' ;;
    bookworm) echo 'Debian 12, glibc 2.36' ;;
    trixie) echo 'Debian 13, glibc 2.41' ;;
    musl) echo 'musl 1.2, the archive' ;;
    esac
}
for suite in $suites musl; do
    echo "column|$(heading "$suite")" >"$results/$suite"
    timeout -s KILL 120 unshare --mount --net --pid --fork --kill-child --mount-proc Distributions/run.sh within "$suite" \
        </dev/null >"$results/$suite.console" 2>&1 || true
    sed -n "s/^=//p" "$results/$suite.console" >>"$results/$suite"
    grep -q '^end|' "$results/$suite" || {
        tail -n 20 "$results/$suite.console" >&2
        echo "lowport: $suite did not run all cases" >&2
        exit 1
    }
done

# shellcheck disable=SC2086
(cd $results && ../../Machines/table.sh $suites musl) >$results/table
Machines/page.sh Documentation/distributions.md distributions $results/table "$@"
