#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# image.sh: the image for containers, and the manifests for Kubernetes: that the image is the same twice, that podman takes and
# runs it, and that the containers of the DaemonSet do on a node what they are for, run one after the other by podman with the
# privileges and mounts that the manifest gives them. There is no cluster in this: kubelet and API server have no part in it.
# shellcheck disable=SC2016
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C
image=.build-packages/lowport-$(Scripts/version)-$(uname -m).oci.tar
name=localhost/lowport:$(Scripts/version)

if [ "${1:-}" != within ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    said=$work/said
    # shellcheck source=Packages/judge.sh
    . Packages/judge.sh
    judge 'the image is made' Scripts/image
    cp "$image" "$work/before"
    # shellcheck disable=SC2317
    same_again() {
        # By somebody with other habits.
        (umask 077 && TZ=Pacific/Auckland Scripts/image) && cmp "$work/before" "$image"
    }
    judge '... and made once more, the same to the byte' same_again
    judge 'the manifests have what Kubernetes requires, and agree' Packages/kubernetes.py check
    if command -v kubectl >/dev/null; then
        kubectl kustomize Packaging/kubernetes >"$work/manifest" 2>"$work/said" || : >"$work/manifest"
        judge 'kustomize gives the rules a name by their digest, which the DaemonSet has' sh -c "
            name=\$(sed -n 's/^  name: \(lowport-rules-.*\)/\1/p' '$work/manifest') && [ -n \"\$name\" ] &&
            grep -q \"^          name: \$name\$\" '$work/manifest'"
    else
        echo 'skipped kustomize takes them: there is no kubectl'
    fi
    if ! command -v podman >/dev/null || ! command -v crun >/dev/null; then
        echo 'skipped podman runs the image: there is no podman, or no crun'
        echo end
        exit 0
    fi
    timeout -s KILL 300 unshare --mount --net --pid --fork --kill-child --mount-proc Packages/image.sh within </dev/null
    exit
fi

# In the namespaces, of which the network is that of the node.
ip link set lo up
mount -t tmpfs tmpfs /mnt
mount -t tmpfs tmpfs /run
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
mkdir -p /mnt/temporary /mnt/node/config /mnt/node/etc/lowport /mnt/node/var/lib/lowport /mnt/node/run/lowport
said=/mnt/said TMPDIR=/mnt/temporary
export TMPDIR
# shellcheck source=Packages/judge.sh
. Packages/judge.sh
engine() {
    timeout 60 podman --root /mnt/root --runroot /mnt/runroot --tmpdir /mnt/state --storage-driver vfs --cgroup-manager cgroupfs \
        --events-backend file --runtime crun "$@"
}
alone() { engine run --rm --cgroups=disabled --network=none --read-only "$@"; }
refuse() {
    refused=$1
    shift
    judge "$refused" fails "$@"
}
fails() { ! "$@"; }
# ends STATUS COMMAND...: with this one.
ends() {
    wanted=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$wanted" ] || { echo "status $status"; false; }
}

judge 'podman runs it as it is' alone "oci-archive:$image" --version
judge 'podman loads it' engine load --input "$image"
judge '... and runs it by its name' alone "$name" --version
rules=/mnt/node/config/kubernetes.rules
cp Packaging/kubernetes/kubernetes.rules $rules
explains() { alone --volume $rules:/etc/lowport/rules:ro "$name" explain "$@"; }
judge 'it explains a rule that is mounted' sh -c 'echo "$1" | grep -Eq "yes +rules +/etc/lowport/rules:"' - "$(explains 80 --user 1000 2>&1)"
judge 'it checks rules that are mounted' alone --volume $rules:/etc/lowport/rules:ro "$name" check
echo 'allow uid 1000 tpc 80' >/mnt/wrong
judge '... and finds an error' ends 1 alone --volume /mnt/wrong:/etc/lowport/rules:ro "$name" check

# What is process 1 of a pod with shareProcessNamespace; here it starts the container's, and sends it what it is sent.
musl-gcc -static -x c -o /mnt/init - <<'END'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static pid_t child;
static void pass(int number) { kill(child, number); }
int main(int count, char **words) {
    int status;
    /* The first of them is "--". */
    if (count < 3 || (child = fork()) < 0) return 1;
    if (child == 0) { execv(words[2], words + 2); _exit(127); }
    signal(SIGTERM, pass);
    while (waitpid(child, &status, 0) != child) ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
END
# container NAME OPTION...: as the manifest has it.
container() {
    part=$1
    shift
    Packages/kubernetes.py run /mnt/node "$part" >/mnt/words
    while IFS= read -r word; do
        [ "$word" != IMAGE ] || word=$name
        set -- "$@" "$word"
    done </mnt/words
    engine run --cgroups=disabled --init-path /mnt/init --name "$part" "$@"
}
bind_port() {
    setpriv --reuid 1000 --regid 1000 --clear-groups perl -MSocket -e 'socket(my $s, PF_INET, SOCK_STREAM, 0);
        bind($s, sockaddr_in(shift, INADDR_LOOPBACK)) or die "$!\n"' "$1"
}
starts() { container apply --rm && container enable --rm; }
refuse 'before, user 1000 may not bind port 80' bind_port 80
for namespace in private host; do
    judge "the rules are put in place (control groups: $namespace)" container apply --rm --cgroupns=$namespace
    judge '... and enabled' container enable --rm --cgroupns=$namespace
    judge '... where they hold' bind_port 80
    refuse '... and allow nothing else' bind_port 81
done
judge 'the log is read' container log --detach
is_ready() {
    Packages/kubernetes.py ready >/mnt/words
    set -- engine exec log
    while IFS= read -r word; do set -- "$@" "$word"; done </mnt/words
    "$@"
}
judge '... the pod is ready' is_ready
refuse '... and the rules in the kernel are those of the files' sh -c 'echo "$1" | grep "files changed"' - \
    "$(engine exec log /usr/bin/lowport enforce status 2>&1)"
judge '... there are metrics' engine exec log /usr/bin/lowport metrics
bind_port 80
logged() {
    tries=200
    until engine logs log 2>&1 | grep -q "allowed by rule uid 1000 .* tcp 127.0.0.1:80 by /etc/lowport/rules.d/kubernetes.rules:2"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { engine logs log; return 1; }
        sleep 0.05
    done
}
judge '... and the bind is in the log' logged
for signal in TERM KILL; do
    judge "SIG$signal is sent to the log" engine kill --signal $signal log
    judge '... which ends' engine wait log
    judge '... and the rules hold' bind_port 80
    engine rm --force log >/dev/null 2>&1 || true
    [ $signal = KILL ] || judge 'a pod is there again' container log --detach
done
echo 'allow uid 1000 tcp 81,x' >$rules
judge 'rules with an error are not applied' ends 65 container apply --rm
judge '... and those before hold' bind_port 80
echo 'allow uid 1000 tcp 81' >$rules
judge 'other rules are applied' starts
judge '... and hold' bind_port 81
refuse '... instead of those before' bind_port 80
: >$rules
judge 'an empty file is applied' starts
refuse '... and allows nothing' bind_port 81
judge 'a pod is there again' container log --detach
judge '... in which the engine is disabled' engine exec log /usr/bin/lowport enforce disable
judge '... whose log ends then' engine wait log
judge 'nothing is left' sh -c '[ ! -e /sys/fs/bpf/lowport ]'
echo end
