# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What the journeys are written with. Each check is a line: `ok NAME`, or `not ok NAME` and what was said.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
said=/tmp/said

# check NAME COMMAND...: it has to end with 0.
check() {
    name=$1
    shift
    if "$@" >$said 2>&1; then echo "ok $name"; else
        echo "not ok $name"
        printf '# %s\n' "$*"
        sed 's/^/# /' $said
    fi
}

# refuse NAME COMMAND...: it must not end with 0.
refuse() {
    name=$1
    shift
    check "$name" fails "$@"
}
fails() { ! "$@"; }

# same NAME WANTED GOT
same() { check "$1 ($2)" is_same "$2" "$3"; }
is_same() { [ "$1" = "$2" ] || { echo "is: $2"; false; }; }

# install PACKAGE...: of the directory of the new ones or of another, by apt, which keeps what it says in /tmp/apt.
install() { apt-get install -y --no-install-recommends "$@" >/tmp/apt 2>&1 || { cat /tmp/apt; return 1; }; }
remove() { apt-get remove -y "$@" >/tmp/apt 2>&1 || { cat /tmp/apt; return 1; }; }
purge() { apt-get purge -y "$@" >/tmp/apt 2>&1 || { cat /tmp/apt; return 1; }; }

user() { setpriv --reuid web --regid web --clear-groups "$@"; }
# can_bind PORT [WRAPPER...]: whether user web can, with a program that was there before.
can_bind() {
    port=$1
    shift
    # shellcheck disable=SC2016
    user "$@" perl -MSocket -e 'socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, sockaddr_in(shift, INADDR_LOOPBACK)) or die "$!\n"' "$port"
}

is_listening() { grep -q ":$(printf %04X "$1") [0-9A-F]*:0000 0A" /proc/net/tcp /proc/net/tcp6; }
# await CONDITION...: until it holds, for twenty seconds at the most.
await() {
    tries=400
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.05
    done
}

# listens PORT COMMAND...: user web starts it; a client says hello to the port, and the hello has to arrive.
listens() {
    port=$1
    shift
    user "$@" >/tmp/heard 2>&1 &
    server=$!
    if await is_listening "$port"; then echo hello | nc.openbsd -N 127.0.0.1 "$port"; else kill $server 2>/dev/null || true; fi
    wait $server || { cat /tmp/heard; return 1; }
    grep -qx hello /tmp/heard
}

# inventory: every file, with its kind, mode, owner and where a link leads, but for what dpkg, apt and these scripts write.
inventory() {
    find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /run -o -path /packages -o -path /var/lib/dpkg -o -path /var/lib/apt \
        -o -path /var/cache -o -path /var/log -o -path /dev -o -path /root \) -prune -o -printf '%p %y %m %u %g %l\n' | sort
}
