#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [SUITE...]: installs, upgrades, removes and purges the packages in fresh systems of Debian, in private namespaces:
# nothing of the machine changes. Prints what failed, and how many checks passed and failed; all of it is in
# .build-packages/results. With JOURNEYS="NAME ..." only these are tried, and not the units and the release.
#
# Ends with 75 if one of the systems could not be made, or a check was skipped.
set -eu
cd "$(dirname "$0")/.."

what='packages'
. Machines/common.sh
work=.build-packages

# hierarchy: where the control groups of version 2 are; nothing if they are nowhere.
hierarchy() { awk '{ for (i = 5; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") { print $5; exit } }' /proc/self/mountinfo; }

if [ "${1:-}" = within ]; then
    # In the namespaces, where /mnt is this one's alone.
    suite=$2 journey=$3 kind=tmpfs
    ip link set lo up
    # A file system without extended attributes, for what has to do without them.
    [ "$journey" != no-attributes ] || kind=ramfs
    mount -t "$kind" -o mode=755 "$kind" /mnt
    tar -x -C /mnt -f "$work/chroots/$suite.tar"
    mkdir /mnt/packages
    cp -r "$work/old" "$work/new" "$work/sample" /mnt/packages/
    cp "$work/lowport-$(Scripts/version)-$(uname -m).tar.gz" /mnt/packages/archive.tar.gz
    cp Packages/tools.sh Scripts/dead-links /mnt/packages/
    cp "Packages/journeys/$journey.sh" /mnt/packages/journey.sh
    echo 'web:x:1001:1001:an ordinary user:/:/bin/sh' >>/mnt/etc/passwd
    echo 'web:x:1001:' >>/mnt/etc/group
    mount -t proc proc /mnt/proc
    mount -t sysfs sysfs /mnt/sys
    mount -t bpf bpf /mnt/sys/fs/bpf 2>/dev/null || true
    hierarchy=$(hierarchy)
    group=''
    if [ -n "$hierarchy" ] && [ -d /mnt/sys/fs/cgroup ]; then
        mount --rbind "$hierarchy" /mnt/sys/fs/cgroup
        # A control group of its own, so that nothing else on the machine is held to its rules.
        group=lowport-packages-$suite-$journey-$(date +%s%N)
        mkdir "$hierarchy/$group"
        echo 0 >"$hierarchy/$group/cgroup.procs"
    fi
    status=0
    GROUP=${group:+/sys/fs/cgroup/$group} chroot /mnt /bin/sh -eu /packages/journey.sh || status=$?
    if [ -n "$group" ]; then
        # What it may have left running ends with the namespace; the group is empty after that.
        echo 0 >"$hierarchy/cgroup.procs"
        while read -r process; do kill -KILL "$process" 2>/dev/null || true; done <"$hierarchy/$group/cgroup.procs"
        tries=100
        until rmdir "$hierarchy/$group" 2>/dev/null || [ $tries -eq 0 ]; do
            tries=$((tries - 1))
            sleep 0.05
        done
    fi
    exit $status
fi

[ "$(uname -m)" = x86_64 ] || not_tried "they are for x86-64"
[ "$(id -u)" -eq 0 ] || not_tried "that takes root"
# shellcheck disable=SC2046
needs $(make -s packages-needs | sed 's/:[^ ]*//g')
[ $# -gt 0 ] || set -- bookworm trixie bullseye

mkdir -p $work/chroots
rm -rf $work/results $work/old $work/new $work/sample
mkdir -p $work/results $work/old $work/new $work/sample

# The systems come while the packages are made.
for suite; do
    [ -f "$work/chroots/$suite.tar" ] || Packages/chroot.sh "$suite" "$work/chroots/$suite.tar" >"$work/results/$suite.chroot" 2>&1 &
done
Scripts/release >/dev/null
cp $work/release/*.deb $work/new/
Scripts/deb --version 0.1.9 $work/old >/dev/null
Packages/sample.sh $work/sample
wait

there='' absent=''
for suite; do
    if [ -f "$work/chroots/$suite.tar" ]; then there="$there $suite"; else absent="$absent $suite"; fi
done
[ -n "$there" ] || not_tried 'no system can be fetched'
# report WHERE: what failed there. What broke off has failed, whatever it had said.
report() {
    [ "$(tail -n 1 "$work/results/$1")" = end ] || echo "not ok did not end" >>"$work/results/$1"
    sed -n "/^skipped/p; /^not ok/,/^ok\|^end/p" "$work/results/$1" | sed "/^ok\|^end/d; s/^/$1: /"
}
parts='units release image fleet'
[ -z "${JOURNEYS:-}" ] || parts=''
for part in $parts; do
    {
        "Packages/$part.sh" || echo "not ok it ended with $?"
    } >"$work/results/all-$part" 2>&1 &
done
for suite in $there; do
    for name in ${JOURNEYS:-$(basename -a -s .sh Packages/journeys/*.sh)}; do
        timeout -s KILL 120 unshare --mount --net --pid --fork --kill-child --mount-proc Packages/run.sh within "$suite" \
            "$name" </dev/null >"$work/results/$suite-$name" 2>&1 || true
        # A journey that took too long is over, with all its processes, but not its control group.
        hierarchy=$(hierarchy)
        [ -z "$hierarchy" ] || find "$hierarchy" -maxdepth 1 -name "lowport-packages-$suite-$name-*" -exec rmdir {} +
        report "$suite-$name"
    done
done
wait
for part in $parts; do report "all-$part"; done
passed=$(cat $work/results/*-* | grep -c '^ok ') || true
failed=$(cat $work/results/*-* | grep -c '^not ok ') || true
skipped=$(cat $work/results/*-* | grep -c '^skipped ') || true
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || exit 1
[ -z "$absent" ] || not_tried "in$absent, which cannot be fetched"
[ "$skipped" -eq 0 ] || not_tried "$skipped of the checks"
