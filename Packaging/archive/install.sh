#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh [--prefix DIRECTORY] [--libc glibc|musl]: installs what lies beside it, below /usr/local or the directory.
# install.sh [--prefix DIRECTORY] --uninstall: removes what it installed there; the policy below /etc stays.
# install.sh [--prefix DIRECTORY] --check: says what it would install, and whether it could.
#
# It needs a shell, and tools as busybox has them. Root installs only where root alone can change what the names mean.
set -eu
umask 022

usage() { sed -n 's/^# \(install\.sh .*\)/usage: \1/p' "$0"; }
misused() {
    usage >&2
    exit 64
}
fail() {
    echo "install.sh: $1" >&2
    exit 1
}

prefix=/usr/local libc='' action=install
while [ $# -gt 0 ]; do
    case $1 in
    --prefix=*) prefix=${1#*=} ;;
    --libc=*) libc=${1#*=} ;;
    --prefix | --libc)
        [ $# -gt 1 ] || misused
        if [ "$1" = --prefix ]; then prefix=$2; else libc=$2; fi
        shift
        ;;
    --uninstall) action=uninstall ;;
    --check) action=check ;;
    --help)
        usage
        exit 0
        ;;
    *) misused ;;
    esac
    shift
done
case $prefix in
/*[!a-zA-Z0-9/._+-]* | */../* | */..) fail "$prefix: a prefix of letters, digits and /._+- is needed" ;;
/*) ;;
*) fail "$prefix: the prefix has to begin with /" ;;
esac
while [ "$prefix" != "${prefix%/}" ]; do prefix=${prefix%/}; done
case $libc in '' | glibc | musl) ;; *) misused ;; esac
here=$(cd "$(dirname "$0")" && pwd)
parts=$prefix/libexec/lowport manifest=$prefix/libexec/lowport/manifest

# foreign NAME: whether a line of the manifest is one that install.sh never writes.
foreign() { case $1 in '' | /* | ../* | */../* | */..) ;; *) return 1 ;; esac; }

# Others may change what lies there, and root would install it, or remove other files of the name.
safe() {
    [ "$(id -u)" -ne 0 ] || "$here/only-root" "$@" || fail 'refused as root'
}

if [ "$action" = uninstall ]; then
    safe "$parts" "$prefix/bin" "$prefix/share" "$prefix/lib/systemd/system"
    [ -f "$manifest" ] || fail "nothing was installed below $prefix by install.sh: there is no $manifest"
    "$here/disable-rules" "$prefix" || exit 1
    while IFS= read -r name; do
        if foreign "$name"; then fail "$manifest: has a name that install.sh never writes"; fi
        # A directory is what kept it from being installed.
        [ -d "$prefix/$name" ] || rm -f "$prefix/$name"
        # What an installation that was killed may have left there.
        rm -f "$prefix/${name%/*}/.lowport-new"
    done <"$manifest"
    rm -f "$manifest"
    rm -f "$parts/.names" "$parts/.share" "$parts/.unit" "$parts/.manifest-new"
    rmdir "$parts" 2>/dev/null || true
    echo "removed from $prefix; kept: /etc/lowport, /etc/authbind and /var/lib/lowport"
    exit 0
fi

[ "$(uname -s)" = Linux ] || fail 'this is for Linux'
[ "$(uname -m)" = @MACHINE@ ] || fail "this is for @MACHINE@, and the machine is $(uname -m)"
(cd "$here" && sha256sum -c -s files.sha256 2>/dev/null || sha256sum --quiet -c files.sha256) >/dev/null 2>&1 ||
    fail 'the archive is damaged: files.sha256 does not match'
if [ -z "$libc" ]; then
    # What runs is the answer, whatever a version says.
    libc=musl
    if "$here/glibc/libexec/lowport/lowport-admin" --version >/dev/null 2>&1 && "$here/glibc/bin/nc" --help >/dev/null 2>&1; then
        libc=glibc
    fi
elif [ "$libc" = glibc ]; then
    "$here/glibc/libexec/lowport/lowport-admin" --version >/dev/null || fail 'the programs for glibc do not run here'
fi
# names: all that is installed, below the prefix.
names() {
    for tree in common "$libc"; do (cd "$here/$tree" && find bin libexec -type f); done
    echo bin/netcat
    (cd "$here" && find share -type f)
    if [ "$libc" = glibc ]; then (cd "$here/units" && find . -type f | sed 's,^\.,lib/systemd/system,'); fi
}
# shellcheck disable=SC2046
set -- "$parts" $(names | sed "s,^,$prefix/,; s,/[^/]*\$,," | sort -u)
safe "$@"
if [ "$action" = check ]; then
    echo "would install the programs for $libc below $prefix"
    exit 0
fi

new=''
trap '[ -z "$new" ] || rm -f "$new"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# put MODE FILE NAME: in the place of what has the name, at once.
put() {
    # Into a directory, mv would move it.
    [ ! -d "$prefix/$3" ] || fail "$prefix/$3: is a directory, and has to go first"
    new=$prefix/${3%/*}/.lowport-new
    rm -f "$new"
    cp "$2" "$new"
    chmod "$1" "$new"
    mv -f "$new" "$prefix/$3"
    new=''
}

mkdir -p "$@"
safe "$@"
# First of all, what --uninstall goes by: a broken-off installation is removed by it, or completed by another one.
names >"$parts/.names"
touch "$manifest"
sort -u "$manifest" "$parts/.names" >"$parts/.manifest-new"
mv -f "$parts/.manifest-new" "$manifest"
for tree in common "$libc"; do
    for file in "$here/$tree"/bin/* "$here/$tree"/libexec/lowport/*; do
        mode=755
        case $file in *.so) mode=644 ;; esac
        put $mode "$file" "${file#"$here/$tree/"}"
    done
done
# One file under two names, so that capabilities given to the one hold for the other.
ln -f "$prefix/bin/nc" "$prefix/bin/netcat"
grep '^share/' "$parts/.names" >"$parts/.share"
while IFS= read -r name; do put 644 "$here/$name" "$name"; done <"$parts/.share"
rm -f "$parts/.share"
if [ "$libc" = glibc ]; then
    for unit in "$here"/units/*; do
        sed "s,/usr/bin/lowport,$prefix/bin/lowport,g" "$unit" >"$parts/.unit"
        put 644 "$parts/.unit" "lib/systemd/system/${unit##*/}"
    done
    rm -f "$parts/.unit"
fi
# What an older one had, and this one has not.
while IFS= read -r name; do
    if foreign "$name" || grep -qxF "$name" "$parts/.names"; then continue; fi
    rm -f "$prefix/$name"
done <"$manifest"
mv -f "$parts/.names" "$manifest"

if [ "$(id -u)" -eq 0 ]; then
    for directory in /etc/lowport/rules.d /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid; do
        mkdir -p "$directory"
    done
fi
capabilities=cap_dac_read_search,cap_setpcap,cap_net_bind_service=p
for helper in "$parts/lowport-helper" "$parts/lowport-helper-nss"; do
    if [ "$(id -u)" -ne 0 ]; then
        echo "not root: $helper has no privilege; as root, run: $prefix/bin/setcap $capabilities $helper" >&2
    elif why=$("$prefix/bin/setcap" "$capabilities" "$helper" 2>&1) &&
        why=$("$prefix/bin/setcap" -q -v "$capabilities" "$helper" 2>&1); then
        echo "$helper: has the file capabilities $capabilities"
    else
        chmod 4755 "$helper"
        echo "$helper: set-user-ID root, since it cannot have file capabilities: $why" >&2
    fi
done
echo "installed the programs for $libc below $prefix"
