# SPDX-License-Identifier: Apache-2.0
# Ports that are taken, addresses, thresholds, and rules for a part of it.
hold() { cat > hold.py <<'END'
import socket, sys, time
family, kind, address, port = sys.argv[1:]
s = socket.socket(getattr(socket, family), getattr(socket, kind))
if family == "AF_INET6": s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind((address, int(port)))
if kind == "SOCK_STREAM": s.listen()
print("there", flush=True); time.sleep(1000)
END
    mkfifo ready.$$ 2>/dev/null || true
    setpriv --reuid ${owner:-root} --regid ${owner:-root} --clear-groups --inh-caps +net_bind_service --ambient-caps +net_bind_service \
        /usr/bin/python3 hold.py "$@" > ready.$$ & read -r there < ready.$$
}
for port in 80 81 82 83 84 85 86 87 88; do lowport grant $port --user alice --protocol any --quiet; done
hold AF_INET SOCK_STREAM 0.0.0.0 80; helpless=yes; truth 'taken by root'
owner=alice hold AF_INET SOCK_STREAM 0.0.0.0 81; port=81; helpless=yes; truth 'taken by the user'
hold AF_INET SOCK_STREAM 127.0.0.1 82; port=82; helpless=yes; truth 'taken on 127.0.0.1'
hold AF_INET6 SOCK_STREAM :: 83; port=83; helpless=yes; truth 'taken for IPv6 alone'
hold AF_INET6 SOCK_STREAM :: 84; port=84 ask='--on 0.0.0.0' server=-4; truth 'taken for IPv6 alone, and IPv4 is asked'
hold AF_INET SOCK_DGRAM 0.0.0.0 85; port=85 ask=--udp server=-u; helpless=yes; truth 'udp, taken'
hold AF_INET SOCK_DGRAM 0.0.0.0 86; port=86; truth 'tcp, udp is taken'
hold AF_INET SOCK_STREAM 0.0.0.0 200; port=200; helpless=yes; truth 'taken, and no rule'
hold AF_INET SOCK_STREAM 0.0.0.0 8080; port=8080; helpless=yes; truth 'high port, taken'
port=8081; truth 'high port'
lowport grant 100 --user alice --on 0.0.0.0/0 --quiet; port=100; truth 'rule for IPv4, dual-stack'
lowport grant 101 --user alice --on 0.0.0.0/0 --quiet; port=101 ask='--on 0.0.0.0' server=-4; truth 'rule for IPv4, IPv4'
lowport grant 102 --user alice --on ::/0 --quiet; port=102; truth 'rule for IPv6, dual-stack'
lowport grant 103 --user alice --on ::/0 --quiet; lowport grant 103 --user alice --on 0.0.0.0/0 --quiet; port=103; truth 'rules for both'
lowport grant 104 --user alice --on 127.0.0.1 --quiet; port=104; truth 'rule for 127.0.0.1, wildcard'
lowport grant 105 --user alice --protocol udp --quiet; port=105; truth 'rule for udp, tcp'
lowport grant 106 --user alice --protocol udp --quiet; port=106 ask=--udp server=-u; truth 'rule for udp, udp'
mkdir -p /etc/authbind/byaddr; install -m 755 /dev/null /etc/authbind/byaddr/0.0.0.0,107; port=107; truth 'authbind for IPv4, dual-stack'
install -m 755 /dev/null /etc/authbind/byaddr/0.0.0.0,108; port=108 ask='--on 0.0.0.0' server=-4; truth 'authbind for IPv4, IPv4'
install -m 755 /dev/null /etc/authbind/byport/109; port=109; truth 'authbind for all'
ip link add d0 type veth peer name d9; ip link set d9 up; ip link set d0 up; ip -6 address add fe80::77/64 dev d0 nodad
cat > local <<'END'
#!/usr/bin/python3
import socket, sys
socket.socket(socket.AF_INET6).bind((sys.argv[1], int(sys.argv[2]), 0, socket.if_nametoindex("d0")))
END
chmod 755 local; lowport grant 110 --user alice --on fe80::/10 --quiet
near() { program=$T/local server=$1 ask="--on $2" plain=; }
near fe80::77 fe80::77; port=110; truth 'link-local address, rule'
near fe80::77 fe80::77%d0; port=110; truth 'link-local address with its interface, rule'
near fe80::77 fe80::77; port=111; truth 'link-local address, no rule'
near fe80::99 fe80::99; port=110; helpless=yes; truth 'link-local address that is missing'
near ::ffff:192.0.2.98 ::ffff:192.0.2.98; port=88; truth 'mapped address that is missing'
echo 400 > /proc/sys/net/ipv4/ip_unprivileged_port_start; port=400; truth 'threshold lowered'
echo 1500 > /proc/sys/net/ipv4/ip_unprivileged_port_start; port=1400; truth 'threshold raised, no rule'
echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; port=87 server=-4; truth 'IPv6 off, IPv4'
port=100 server=-4; truth 'IPv6 off, rule for IPv4'
