#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The cases of rootless containers, in the machine; answers are as in cases.sh, WAY|PORT|WHAT CAME OUT. "yes" means that a
# client of the machine had an answer from the container; then follows the program that bound the port, from `lowport log`.
# shellcheck disable=SC2016
export PATH=/usr/local/bin:/usr/bin:/bin

# --- The machine: what a distribution sets up by itself ----------------------------------------------------------------

mount --make-rshared /
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
for module in /lib/modules/*; do insmod "$module"; done
chmod 0666 /dev/net/tun
chmod 4755 /usr/bin/newuidmap /usr/bin/newgidmap
# pasta looks for a device with a route.
ip addr add 192.0.2.2/24 dev dummy0
ip link set dummy0 up
ip route add default via 192.0.2.1
echo 'nameserver 192.0.2.1' >/etc/resolv.conf
echo '127.0.0.1 localhost' >/etc/hosts
echo 'web:100000:65536' | tee /etc/subuid >/etc/subgid
echo 'web:x:1000:1000::/home/web:/bin/sh' >/etc/passwd
printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[containers]\nlog_driver = "none"\n' \
    >/etc/containers/containers.conf
printf '[storage]\ndriver = "vfs"\n' >/etc/containers/storage.conf
# The session of web: a control group and a directory of its own.
mkdir -p /sys/fs/cgroup/web/session /home/web /run/user/1000
echo $$ >/sys/fs/cgroup/web/session/cgroup.procs
# The root of the containers.
cd /home/web || exit
mkdir -p root/bin root/dev root/etc root/proc root/run root/sys root/tmp
cp /bin/busybox /bin/probe-static root/bin/
chown -R web:web /home/web /run/user/1000 /sys/fs/cgroup/web
chmod 0700 /run/user/1000

# --- The cases ---------------------------------------------------------------------------------------------------------

# web COMMAND...: becomes it; so what is started in the background is the program itself. No Go program here lives for so
# long that it had to collect garbage.
web() {
    exec /bin/setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/web XDG_RUNTIME_DIR=/run/user/1000 USER=web \
        GOGC=off timeout -k 5 60 "$@"
}
# answer WAY PORT COMMAND...: runs the command in the background; a client connects until there is an answer, or it has ended.
answer() {
    way=$1 case=$2 port=${2%%,*}
    shift 2
    "$@" >/tmp/said 2>&1 &
    server=$!
    # The client ends with the answer, and until then the server stays, and so does what forwards to it.
    until got=$(/usr/local/bin/nc -W 1 -w 60 127.0.0.1 "$port" </dev/null 2>/dev/null) && [ -n "$got" ]; do
        kill -0 $server 2>/dev/null || break
        # RootlessKit says that it failed, and stays.
        case $way in
        *rootlesskit*) ! grep -q 'rootlesskit:parent. error' /tmp/said || kill -9 $server ;;
        esac
        # In an emulated machine, looking more often takes longer than waiting.
        sleep 2
    done
    wait $server
    if [ "$got" = 'It works.' ]; then
        lowport log >/tmp/log 2>/dev/null
        out="yes$(sed -n "s/.* allowed by rule uid [0-9]* ([^\"]*program \"\([a-z0-9]*\).* tcp .*:$port by \/etc\/lowport\/rules:.*/, \1/p" /tmp/log |
            tail -n 1)"
    else
        out="no: $(sed "s/\b$port\b/PORT/g" /tmp/said | tr -s '\n' ' ' | sed 's/ $//')"
    fi
    echo "=$way|$case|$out"
}
SERVER='busybox nc -l -p' ANSWER='echo It works.; exec busybox cat'
# container ARGUMENT...: a container of web whose program answers one client on port $inside.
container() {
    # shellcheck disable=SC2086
    web podman run --rm "$@" --rootfs /home/web/root /bin/$SERVER "$inside" -e busybox sh -c "$ANSWER"
}
direct() {
    # shellcheck disable=SC2086
    web "$@" $SERVER "$inside" -e busybox sh -c "$ANSWER"
}
# podman PORT RULE ARGUMENT...: a container with a port of its own number.
podman() {
    inside=$1 case=$1$2
    shift 2
    answer "\`podman run $(echo "$*" | sed 's/ [0-9]*:[0-9]*//')\`" "$case" container "$@"
}
# defaults PORT RULE: the ways that people take.
defaults() {
    podman "$1" "$2" -p "$1:$1"
    answer '`rootlesskit --port-driver builtin -p`' "$1$2" direct \
        rootlesskit --net slirp4netns --disable-host-loopback --copy-up /etc --port-driver builtin -p "0.0.0.0:$1:$1/tcp"
    answer '`pasta -t`' "$1$2" direct pasta -4 --config-net -f -t "$1" -u none -T none -U none --
}

echo '=head|containers|port'
echo "=kernel|$(uname -r)|$(cat /proc/sys/kernel/yama/ptrace_scope)|podman $(web podman --version | sed 's/.* \([0-9]*\.[0-9]*\)\..*/\1/')"
defaults 80 ', without a rule'
lowport grant 80 --user web >/dev/null
lowport enforce enable || echo '=the kernel engine does not work||no'
defaults 80 ''
podman 80 '' -p 80:80 --network slirp4netns:port_handler=rootlesskit
podman 80 '' -p 80:80 --network slirp4netns:port_handler=slirp4netns
podman 80 '' -p 80:80 --network pasta
podman 80 '' --network host
podman 80 '' --network host --user 5
lowport grant 80 --uid 100004 >/dev/null
podman 80 ', with a rule for `uid 100004`' --network host --user 5
defaults 81 ', without a rule'
podman 81 ', without a rule' -p 81:81 --network slirp4netns:port_handler=slirp4netns
podman 81 ', without a rule' --network host
lowport enforce disable
answer '`lowport run podman run -p`, without the kernel engine' 80 web lowport run podman run --rm -p 80:80 \
    --rootfs /home/web/root /bin/busybox true
# Here the program of the container is the probe: it says whether it has the socket.
said=$(web lowport run --listen 80 podman run --rm --network none --rootfs /home/web/root /bin/probe-static 80 2>&1)
[ "$said" = yes ] || said="no: $said"
echo "=\`lowport run --listen 80 podman run\`, without the kernel engine|80|$said"
echo '=end|'
poweroff -f
