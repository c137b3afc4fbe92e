#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# boot.sh KERNEL ROOT RESULT: boots a kernel for x86-64 under emulation with the root. What the machine said goes to
# RESULT.console, and the answers among it to RESULT. Ends with 1 if the machine did not run all cases.
set -eu
kernel=$1 root=$2 result=$3
# As it is: a machine has it sooner than it could inflate it.
(cd "$root" && find . | cpio -o -H newc 2>/dev/null) >"$result.root"
# One that hangs is turned off. What a processor has to be quick with, as copying by single bytes, and what a kernel does
# against spying on it, make an emulated one slow; and what it translates of a program it uses again only at the same
# addresses.
timeout 400 qemu-system-x86_64 -cpu max,erms=off,fsrm=off,la57=off -accel tcg -m 1024 -nographic -no-reboot -net none \
    -kernel "$kernel" -initrd "$result.root" \
    -append 'console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off norandmaps rdinit=/init' </dev/null >"$result.console" 2>&1 || true
rm "$result.root"
tr -d '\r' <"$result.console" | sed -n 's/^=//p' >"$result"
grep -q '^end|' "$result" || {
    tail -n 20 "$result.console" >&2
    exit 1
}
