#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs beside Debian's own, and binds beside those of root, in the machine, after the cases: each line that begins
# with `=same` is an answer, GROUP|NAME|what came out. The commands of a case run twice, in a new directory and with a new
# /etc/authbind; what they print and how they end has to be the same.
# shellcheck disable=SC2016
ours=/usr/local/bin theirs=/originals
export W='/bin/setpriv --reuid 1000 --regid 1000 --clear-groups'

# side NAME BEGIN COMMANDS: runs the commands after BEGIN, into /tmp/NAME. By dash: busybox would run its own nc.
side() {
    rm -rf /tmp/case /etc/authbind/by*
    mkdir -p /tmp/case /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid
    chmod 0777 /tmp/case
    (cd /tmp/case && exec timeout 60 /bin/dash -c "$2
$3" </dev/null >/tmp/output 2>/tmp/errors)
    { echo "exit $?"; cat /tmp/output; echo 'errors:'; cat /tmp/errors; } >"/tmp/$1"
}
# answer_of GROUP NAME: whether both sides are the same; the machine's console has what came out, and what differs.
answer_of() {
    sed 's/^/: /' /tmp/first
    if cmp -s /tmp/first /tmp/second; then
        echo "=same|$1|$2|yes"
    else
        echo "=same|$1|$2|no"
        diff /tmp/first /tmp/second
    fi
}
# like_original GROUP NAME COMMANDS: with ours in front of PATH, and with the original; $other has the other one.
like_original() {
    side first "PATH=$ours:/bin other=$theirs HELPER=/usr/local/libexec/lowport/lowport-helper" "$3"
    side second "PATH=$theirs:/bin other=$ours HELPER=/usr/lib/authbind/helper" "$3"
    answer_of "$1" "$2"
}

# like_root ENGINE COMMAND: by a rule through the engine, and as root with nothing in between.
like_root() {
    side first 'PATH=/usr/local/bin:/bin' "\$W lowport run --via $1 $2"
    side second 'PATH=/bin' "$2"
    answer_of "lowport run --via $1$pages" "$2"
}

rm -f /etc/lowport/rules
chmod 4755 /usr/lib/authbind/helper
for name in setcap getcap authbind nc; do
    side first "PATH=$ours:/bin" "command -v $name"
    side second "PATH=$theirs:/bin" "command -v $name | sed s,$theirs,$ours,"
    cmp -s /tmp/first /tmp/second || echo "=same|$name|which is not the right one|no"
done
cat >/etc/tree.sh <<'END'
allow() { mkdir -p "$(dirname "/etc/authbind/$1")"; : >"/etc/authbind/$1"; chmod 0755 "/etc/authbind/$1"; }
END

probe="\$W authbind bind-probe" pages=

case $(uname -r) in
*-16k)
    pages=', pages of 16 KiB'
    like_original "authbind$pages" 'byport' ". /etc/tree.sh; allow byport/80; $probe tcp4 bind 127.0.0.1 80 tcp6 bind ::1 81 state"
    echo 'allow user web any 1-1023' >/etc/lowport/rules
    for words in 'tcp4 bind 127.0.0.1 80 tcp6 bind ::1 81 state' 'threads 4 127.0.0.1 80 tcp4 bind 127.0.0.1 81'; do
        like_root preload "bind-probe $words"
        like_root broker "bind-probe-static $words"
    done
    like_root broker probe-arm
    return
    ;;
esac

# File capabilities: each text, what getcap says then, and the bytes of the attribute.
for text in cap_net_bind_service=ep cap_net_bind_service+ep '=ep' 'cap_net_raw,cap_net_admin+eip' 'cap_chown=p cap_kill+i' \
    'all=ep cap_sys_admin-ep' cap_checkpoint_restore=eip 12=p 'cap_net_raw=ei cap_net_raw-e' '='; do
    like_original 'setcap, getcap' "$text" \
        ": >f; setcap '$text' f; echo \$?; getcap f; getfattr -e hex -n security.capability f"
done
like_original 'setcap, getcap' 'errors' \
    'setcap; echo $?; setcap cap_net_raw=p; echo $?; getcap; echo $?; getcap -x .; setcap cap_net_raw=p f; echo $?; getcap f
    setcap cap_net_raw=p .; : >f; setcap cap_nothing=p f; setcap cap_net_raw=x f; echo $?'
like_original 'setcap, getcap' 'verify, remove' \
    ': >f; setcap cap_net_raw=p f; setcap -v cap_net_raw=p f; echo $?; setcap -v cap_net_raw=ep f; echo $?; setcap -r f
    echo $?; getcap f; setcap -q -v = f; setcap -r f'
like_original 'setcap, getcap' 'of a user namespace' \
    ': >f; setcap -n 1000 cap_net_raw=p f; echo $?; getcap f; getcap -n f; getfattr -e hex -n security.capability f'
like_original 'setcap, getcap' 'from standard input' ': >f; echo cap_net_raw=ep | setcap - f; echo $?; getcap f'
like_original 'setcap, getcap' 'not root' ': >f; $W setcap cap_net_raw=p f; echo $?; $W setcap -r f'
like_original 'setcap, getcap' 'a tree' \
    'mkdir -p a/b/c d; for f in a/1 a/b/2 a/b/c/3 d/4 d/5; do : >$f; done; setcap =ep a/1 cap_kill=p a/b/c/3 all=i d/5
    ln -s ../a d/link; ln -s /proc p; getcap -r .; echo $?; getcap -v -r a d; getcap -n -r d a/1 none'
like_original 'setcap, getcap' 'many files' \
    'for n in 0 1 2 3 4 5 6 7 8 9; do mkdir $n; for m in 0 1 2 3 4 5 6 7 8 9; do : >$n/$m; done; setcap cap_kill=p $n/$n; done
    getcap -r .'

# By port: what the files say, for sockets of each kind, and what the helper says to its arguments.
while IFS='|' read -r name tree words; do
    like_original 'authbind' "$name" ". /etc/tree.sh; $tree; $probe $words state"
done <<'END'
nothing|:|tcp4 bind 127.0.0.1 80 tcp4 bind 127.0.0.1 8080
byport|allow byport/80|tcp4 bind 127.0.0.1 80 tcp4 bind 127.0.0.1 80 tcp4 bind 192.0.2.1 80 udp4 bind 127.0.0.1 80 udp6 bind ::1 80
not executable|allow byport/80; chmod 0644 /etc/authbind/byport/80|tcp4 bind 127.0.0.1 80
of another user|allow byport/80; chmod 0700 /etc/authbind/byport/80|tcp4 bind 127.0.0.1 80
byaddr|allow byaddr/127.0.0.1:80; allow byaddr/::1,80|tcp4 bind 127.0.0.1 80 tcp4 bind 127.0.0.2 80 tcp6 bind ::1 80
byuid|echo 127.0.0.0/8,80-90 >/etc/authbind/byuid/1000|tcp4 bind 127.0.0.1 85 tcp4 bind 127.0.0.1 91
byuid, IPv6|echo ::/0,80-90 >/etc/authbind/byuid/1000|tcp6 bind ::1 85 tcp6 bind ::1 91
above 511|allow byport/600; allow 'byport/!601'|tcp4 bind 127.0.0.1 600 tcp4 bind 127.0.0.1 601
wildcard|allow byport/80|tcp4 bind 0.0.0.0 80 tcp6 v6only bind :: 80
the socket|allow byport/80|tcp4 dup 300 nonblock cloexec reuseaddr bind 127.0.0.1 80 listen bind 127.0.0.1 80
threads, a timer|allow byport/80|threads 4 127.0.0.1 80 storm 500 repeat 5 127.0.0.1 80
END
like_original 'authbind' 'a child, without --deep' \
    ". /etc/tree.sh; allow byport/80; $probe exec /bin/bind-probe tcp4 bind 127.0.0.1 80"
like_original 'authbind' '--deep' \
    '. /etc/tree.sh; allow byport/80; $W authbind --deep bind-probe exec /bin/bind-probe tcp4 bind 127.0.0.1 80'
like_original 'authbind' 'usage' \
    'authbind; echo $?; authbind --depth; echo $?; authbind --depth x true; echo $?; authbind nothing; echo $?; authbind --unknown true'
like_original 'authbind' 'the helper' '. /etc/tree.sh; allow byport/80; for arguments in "0100007f 5000" "0100007f 5100" "" "0100007 5000" \
    "0100007f 50x0"; do $W bind-probe tcp4 run $HELPER $arguments; done; $W bind-probe none run $HELPER 0100007f 5000
    $W bind-probe tcp6 run $HELPER 00000000000000000000000000000001 5000 6'

# nc: messages and statuses, and what passes between ours and the original, in both directions.
# The text of the usage is ours alone.
like_original 'nc' 'errors' 'for words in -l -Q "127.0.0.1 port" "-w x 127.0.0.1 9" "-v -n 127.0.0.1 9" "-z -v -n 127.0.0.1 1-3" \
    "-u -l -U" "-X 6 127.0.0.1 9" "-n name 9" "-U /tmp/case/none"; do nc $words 2>&1 | head -n 1; done
    nc -w x 127.0.0.1 9; echo $?; nc -n 127.0.0.1 9'
cat >/etc/listens.sh <<'END'
# listens WORD...: waits until a file below /proc/net has a line with the words.
listens() { until grep -q "$2" "/proc/net/$1"; do sleep 0.05; done; }
END
exchange() {
    like_original 'nc' "$1" ". /etc/listens.sh; $2; wait; cat got | cksum; cat back 2>/dev/null"
}
tcp='listens tcp " 0100007F:0BB8 00000000:0000 0A "'
exchange 'a line, to a listener' "nc -l 127.0.0.1 3000 >got & $tcp; echo line | \$other/nc -N 127.0.0.1 3000"
exchange 'a line, from a listener' "echo line | \$other/nc -N -l 127.0.0.1 3000 & $tcp; nc -d 127.0.0.1 3000 >got"
exchange 'both directions' \
    "echo answer | nc -l 127.0.0.1 3000 >got & $tcp; (echo question; sleep 1) | \$other/nc -q 1 127.0.0.1 3000 >back"
exchange 'a file' "nc -l 127.0.0.1 3000 >got & $tcp; \$other/nc -N 127.0.0.1 3000 </bin/busybox"
exchange 'a file, to the other' "\$other/nc -l 127.0.0.1 3000 >got & $tcp; nc -N 127.0.0.1 3000 </bin/busybox"
exchange 'pipes' "nc -l 127.0.0.1 3000 | cat >got & $tcp; cat /bin/busybox | \$other/nc -N 127.0.0.1 3000"
exchange 'IPv6' "nc -l ::1 3000 >got & listens tcp6 ':0BB8 .* 0A '; echo line | \$other/nc -N ::1 3000"
exchange 'UDP' "nc -u -l -W 1 127.0.0.1 3000 >got & listens udp ':0BB8 '; echo line | \$other/nc -u -q 0 127.0.0.1 3000"
exchange 'UNIX' "nc -l -U s >got & listens unix ' s\$'; echo line | \$other/nc -N -U s"
exchange '-k' "nc -k -l 127.0.0.1 3000 >got & p=\$!; $tcp; echo 1 | \$other/nc -N 127.0.0.1 3000
    echo 2 | \$other/nc -N 127.0.0.1 3000; until [ \"\$(wc -l <got)\" = 2 ]; do sleep 0.05; done; kill \$p"

# By rule: what a program sees of its bind.
echo 'allow user web any 1-1023' >/etc/lowport/rules
while read -r words; do
    case $words in
    *sysbind*) ;;
    *) like_root preload "bind-probe $words" ;;
    esac
    like_root broker "bind-probe-static $words"
done <<'END'
tcp4 bind 127.0.0.1 80 state tcp6 bind ::1 80 state udp4 bind 127.0.0.1 80 state udplite4 bind 127.0.0.1 80 state mptcp4 bind 127.0.0.1 81 listen
tcp6 dual bind :: 80 listen state tcp6 dual bind ::ffff:127.0.0.1 81 state
tcp4 dup 300 nonblock cloexec reuseaddr bind 127.0.0.1 80 listen state bind 127.0.0.1 81 tcp4 bind 127.0.0.1 80
tcp4 len=128 bind 127.0.0.1 80 len=3 bind 127.0.0.1 81 null badptr none bind 127.0.0.1 80 file bind 127.0.0.1 80
tcp4 sysbind 127.0.0.1 80 tcp4 sysbind 192.0.2.1 80 freebind sysbind 192.0.2.1 80 state
threads 4 127.0.0.1 80 storm 500 repeat 5 127.0.0.1 80
children-fork ignore-children exec /bin/bind-probe tcp4 bind 127.0.0.1 80 state
tcp4 bind 127.0.0.1 80 landlock tcp4 bind 127.0.0.1 81
END
like_root broker probe-arm

# expected NAME COMMANDS TEXT: what they print, with the exit status at the end.
expected() {
    side first 'PATH=/usr/local/bin:/bin' "$2"
    printf 'exit %s\nerrors:\n' "$3" >/tmp/second
    answer_of 'lowport can-bind, forward' "$1"
}
echo 'allow user web tcp 80 on 127.0.0.0/8' >/etc/lowport/rules
expected 'allowed' '$W lowport can-bind 80 --on 127.0.0.1' 0
expected 'another address' '$W lowport can-bind 80' 1
expected 'another port' '$W lowport can-bind 81 --on 127.0.0.1' 1
expected 'another protocol' '$W lowport can-bind 80 --udp --on 127.0.0.1' 1
expected 'root' 'lowport can-bind 81' 0
expected 'a forwarder' '. /etc/listens.sh; echo line | nc -N -l 127.0.0.1 3000 & listens tcp ":0BB8 .* 0A "
    $W lowport run lowport forward 127.0.0.1:80 127.0.0.1:3000 2>/dev/null & p=$!; listens tcp ":0050 .* 0A "
    got=$(nc -d 127.0.0.1 80); kill $p; [ "$got" = line ]' 0
