#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the kernel engine, with audit, adds to a bind, beside the native bind in the same run; and how long enabling takes.
# Needs root: a private namespace and a control group of its own. LOWPORT is the program that is measured.
set -eu
cd "$(dirname "$0")/.."
: "${LOWPORT:=.build-dist/lowport}"
if [ "${1:-}" != inside ]; then
    LOWPORT=$(realpath "$LOWPORT")
    export LOWPORT
    exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" inside
fi

ip link set lo up
mount -t tmpfs tmpfs /run
mount -t tmpfs -o mode=0755 tmpfs /var/lib
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir /mnt/etc
cp -a /etc/. /mnt/etc
rm -rf /mnt/etc/lowport
mount --bind /mnt/etc /etc
mkdir /etc/lowport
hierarchy=$(awk '{ for (i = 5; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") { print $5; exit } }' /proc/self/mountinfo)
group=$hierarchy/lowport-benchmark-$$
mkdir "$group"
leave() {
    "$LOWPORT" enforce disable >/dev/null 2>&1 || :
    echo 0 >"$hierarchy/cgroup.procs"
    rmdir "$group"
}
trap leave EXIT
echo 0 >"$group/cgroup.procs"

cat >/mnt/probe.c <<'END'
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long span(struct timespec from, struct timespec to)
{
    return (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec;
}

static int compare(const void *a, const void *b) { return *(const long *)a > *(const long *)b ? 1 : -1; }

/* probe tcp|udp PORT: the medians of 10,000 calls of bind(2), and of each with its socket(2) and close(2), in nanoseconds. */
int main(int count, char **arguments)
{
    static long binds[10000], sockets[10000];
    int type = arguments[1][0] == 't' ? SOCK_STREAM : SOCK_DGRAM;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[count - 1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 10000; i++) {
        struct timespec before, from, to, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        int descriptor = socket(AF_INET, type, 0);
        clock_gettime(CLOCK_MONOTONIC, &from);
        if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) { perror("bind"); return 1; }
        clock_gettime(CLOCK_MONOTONIC, &to);
        close(descriptor);
        clock_gettime(CLOCK_MONOTONIC, &after);
        binds[i] = span(from, to);
        sockets[i] = span(before, after);
    }
    qsort(binds, 10000, sizeof *binds, compare);
    qsort(sockets, 10000, sizeof *sockets, compare);
    printf("%ld %ld\n", binds[5000], sockets[5000]);
}
END
cc -O2 -o /mnt/probe /mnt/probe.c
cat >/mnt/empty.c <<'END'
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* empty GROUP COMMAND: runs COMMAND while a program that does nothing is attached to the binds of GROUP. */
int main(int count, char **arguments)
{
    struct bpf_insn code[] = {{.code = 0xB7, .imm = 1}, {.code = 0x95}};
    union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR, .insn_cnt = 2, .insns = (unsigned long)code,
                           .license = (unsigned long)"GPL", .expected_attach_type = BPF_CGROUP_INET4_BIND};
    union bpf_attr link = {0};
    link.link_create.prog_fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
    link.link_create.target_fd = open(arguments[1], O_RDONLY);
    link.link_create.attach_type = BPF_CGROUP_INET4_BIND;
    if (syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof link) < 0) { perror("empty"); return 1; }
    return system(arguments[count - 1]) != 0;
}
END
cc -O2 -o /mnt/empty /mnt/empty.c
as_user() { setpriv --reuid 2001 --regid 2001 --clear-groups "$@"; }
median() { # FILE [COLUMN]
    sort -n -k "${2:-1}" "$1" | awk -v c="${2:-1}" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
}
enforce() {
    cp "$1" /etc/lowport/rules
    # For all control groups, as is usual, but in this network namespace alone.
    "$LOWPORT" enforce enable
}

echo 'allow uid 2001 any 80' >/mnt/one
{
    echo 'allow uid 2001 any 80'
    awk 'BEGIN { for (i = 1; i < 10000; i++) printf "allow uid %d tcp %d on 10.%d.%d.0/24\n", 3000 + i % 2500, i % 1000 + 1, i / 250, i % 250 }'
} >/mnt/many
echo 'allow uid 2001 program /mnt/probe any 80' >/mnt/program
mkdir /mnt/programs.d
# Files that begin as programs do.
/usr/bin/python3 -c 'for i in range(1, 10000): open(f"/mnt/programs.d/{i}", "wb").write(open("/mnt/probe", "rb").read(64))'
{
    cat /mnt/program
    awk 'BEGIN { for (i = 1; i < 10000; i++) printf "allow program /mnt/programs.d/%d tcp %d\n", i, i % 1000 + 1 }'
} >/mnt/programs
measure() { # NAME
    for protocol in tcp udp; do
        # The buffer has room for so many events, if somebody has read those before.
        "$LOWPORT" log >/mnt/events
        as_user /mnt/probe $protocol 80 >>"/mnt/$protocol-low-$1"
        as_user /mnt/probe $protocol 8080 >>"/mnt/$protocol-other-$1"
    done
}

for round in 1 2 3 4 5 6 7; do
    : "$round"
    for protocol in tcp udp; do
        /mnt/probe $protocol 80 >>/mnt/$protocol-low-native
        as_user /mnt/probe $protocol 8080 >>/mnt/$protocol-other-native
        /mnt/empty "$group" "/mnt/probe $protocol 8080" >>/mnt/$protocol-other-empty
    done
    enforce /mnt/one
    measure enforced
    "$LOWPORT" enforce disable
    from=$(date +%s%N)
    enforce /mnt/many
    echo $((($(date +%s%N) - from) / 1000000)) >>/mnt/enabling
    measure many
    "$LOWPORT" enforce disable
    enforce /mnt/program
    measure program
    "$LOWPORT" enforce disable
    from=$(date +%s%N)
    enforce /mnt/programs
    echo $((($(date +%s%N) - from) / 1000000)) >>/mnt/enabling-programs
    measure programs
    "$LOWPORT" enforce disable
done

ratio() { # FILE FILE TARGET TEXT [COLUMN]
    awk -v a="$(median "$1" "${5:-1}")" -v b="$(median "$2" "${5:-1}")" -v t="$3" -v l="$4" 'BEGIN { printf "%-55s %6d ns / %6d ns = %.2f x (target %s)\n", l, a, b, a / b, t }'
}
for protocol in tcp udp; do
    files=/mnt/$protocol
    ratio $files-low-enforced $files-low-native '<= 1.3' "$protocol: low port, 1 rule, audit, beside root without"
    ratio $files-low-many $files-low-enforced '1.0' "$protocol: low port, 10,000 rules, beside 1 rule"
    ratio $files-low-program $files-low-native '<= 1.3' "$protocol: low port, 1 rule for a program, audit, beside root"
    ratio $files-low-programs $files-low-program '<= 1.1' "$protocol: low port, 10,000 programs, beside 1"
    ratio $files-other-enforced $files-other-native '<= 1.1' "$protocol: other port, enforced, beside without"
    ratio $files-other-empty $files-other-native '-' "$protocol: other port, with a program that does nothing"
    ratio $files-other-enforced $files-other-native '-' "$protocol: other port, enforced, with socket and close" 2
    ratio $files-low-enforced $files-low-native '-' "$protocol: low port, 1 rule, audit, with socket and close" 2
done
echo "enable with 10,000 rules: $(median /mnt/enabling) ms (target <= 200)"
echo "enable with rules for 10,000 programs: $(median /mnt/enabling-programs) ms"
