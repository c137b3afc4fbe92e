#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the kernel starts first in the machine: copies the initial file system into a tmpfs, which keeps file capabilities,
# gives the helper its own, and runs the cases there.
export PATH=/usr/local/bin:/bin
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /tmp
for entry in /*; do
    case $entry in
    /tmp | /proc | /sys | /dev | /init) ;;
    *) cp -a "$entry" /tmp/ ;;
    esac
done
for name in proc sys dev tmp; do mkdir /tmp/$name; done
chmod 1777 /tmp/tmp
chown -R 0:0 /tmp/usr /tmp/etc
mount --move /proc /tmp/proc
mount -t sysfs sysfs /tmp/sys
mount -t devtmpfs devtmpfs /tmp/dev
mount -t cgroup2 cgroup2 /tmp/sys/fs/cgroup
mkdir -p /tmp/sys/fs/bpf && mount -t bpf bpf /tmp/sys/fs/bpf 2>/dev/null
mount -t tmpfs tmpfs /tmp/run
ip link set lo up
for helper in /tmp/usr/local/libexec/lowport/lowport-helper*; do
    setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p "$helper"
done
echo
# Not by chroot(2): processes below one may not make user namespaces.
exec switch_root /tmp /bin/sh /cases.sh
