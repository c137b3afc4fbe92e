#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# units.sh: whether systemd takes the units and the examples, and how exposed it finds the units. Nothing is started.
set -eu
cd "$(dirname "$0")/.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
units=$root/usr/lib/systemd/system
mkdir -p "$root/usr/bin" "$units" "$root/etc/systemd/system/caddy.service.d"
for program in lowport node java caddy; do install -m 755 /bin/true "$root/usr/bin/$program"; done
for directory in /lib/systemd/system /usr/lib/systemd/system; do cp -n "$directory"/*.target "$units/" 2>/dev/null || true; done
cp Packaging/systemd/lowport-* Packaging/systemd/examples/*.service "$units/"
# As Debian has it, in what the drop-in is about.
printf '%s\n' '[Service]' User=caddy 'ExecStart=/usr/bin/caddy run' AmbientCapabilities=CAP_NET_BIND_SERVICE >"$units/caddy.service"
cp Packaging/systemd/examples/caddy.service.d/* "$root/etc/systemd/system/caddy.service.d/"

# accepts UNIT: without a word.
accepts() {
    said=$(systemd-analyze verify --man=no --root="$root" "$1" 2>&1) && [ -z "$said" ]
}
# judge NAME COMMAND...
judge() {
    name=$1
    shift
    if "$@"; then echo "ok $name"; else printf 'not ok %s\n# %s\n' "$name" "${said:-}"; fi
}
refuses() { ! accepts "$1"; }
# at_most EXPOSURE UNIT
at_most() {
    said=$(systemd-analyze security --offline=true --threshold="$1" "$2" 2>&1 | tail -n 1)
    systemd-analyze security --offline=true --threshold="$1" "$2" >/dev/null 2>&1
}

for unit in Packaging/systemd/lowport-* Packaging/systemd/examples/*.service; do
    name=${unit##*/}
    # A template stands for its instances.
    case $name in *@.service) name=${name%.service}web.service ;; esac
    judge "systemd takes $name" accepts "$name"
done
judge 'systemd takes the drop-in for caddy' accepts caddy.service
for unit in Packaging/systemd/lowport-*.service; do
    # In tenths.
    judge "${unit##*/} is exposed by 2.0 at most" at_most 20 "$unit"
done
# In force before the first interface is up, so that no server is too early.
for line in 'DefaultDependencies=no' 'Wants=network-pre.target' 'WantedBy=multi-user.target'; do
    judge "the kernel engine at boot: $line" grep -qx "$line" Packaging/systemd/lowport-enforce.service
done
judge 'the kernel engine at boot: before the network' grep -q '^Before=.*network-pre.target' Packaging/systemd/lowport-enforce.service
# That this would have found something.
sed -i 's/^Nice\|^User=/Usr=/' "$units/node-engine.service"
judge 'an unknown setting is found' refuses node-engine.service
echo 'Wnats=x' >>"$root/etc/systemd/system/caddy.service.d/lowport.conf"
judge 'one in the drop-in as well' refuses caddy.service
echo end
