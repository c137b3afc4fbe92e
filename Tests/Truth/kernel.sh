# SPDX-License-Identifier: Apache-2.0
# The kernel engine: on, without the rule, stale, for another control group, and with users and programs that are
# confined.
lowport grant 80 --user alice --quiet; lowport grant 82 --user alice --on 0.0.0.0/0 --quiet
copy() { cp "${2:-dynamic}" "$1"; chmod 755 "$1"; program=$T/$1; }
lowport enforce enable --cgroup "$G"
truth 'rule'
program=$T/static; truth 'static, rule'
port=81; truth 'no rule'
lowport revoke 81 --user alice --quiet || true
way='setpriv --no-new-privs'; truth 'no_new_privs, rule'
outer='setpriv --bounding-set -net_bind_service'; truth 'bounding set, rule'
way='unshare -r'; truth 'user namespace, rule'
way='strace -f -o /dev/null'; truth 'strace, rule'
port=82; truth 'rule for IPv4, dual-stack'
port=83 user=bob; truth 'no rule, another user'
echo 'allow user alice tcp 84' >> /etc/lowport/rules; port=84; truth 'stale, new rule'
sed -i '/ 80/d' /etc/lowport/rules; truth 'stale, rule that is gone'
lowport enforce reload
echo 'nonsense' >> /etc/lowport/rules; port=84; truth 'faulty since'
sed -i '/nonsense/d' /etc/lowport/rules; lowport enforce reload
echo 'confine user bob' >> /etc/lowport/rules; lowport enforce reload
copy cap; setcap cap_net_bind_service=ep cap; user=bob port=85; plain=; truth 'confined, setcap'
user=bob port=86; truth 'confined, no rule'
user=bob port=8080; truth 'confined, high port'
lowport grant 87 --user bob --quiet; user=bob port=87; truth 'confined, rule'
install -m 755 /dev/null /etc/authbind/byport/88; port=88; truth 'authbind file since'
lowport enforce reload; port=88; truth 'authbind file'
mount -t tmpfs -o mode=755 tmpfs /srv; cp dynamic /srv/named; chmod 755 /srv/named
echo 'allow program /srv/named tcp 90' >> /etc/lowport/rules; lowport enforce reload
program=/srv/named port=90; plain=; truth 'rule for the program'
echo 'confine program /srv/named' >> /etc/lowport/rules; lowport enforce reload
program=/srv/named port=90; plain=; truth 'confined program without its capability'
setcap cap_net_bind_service=ep /srv/named; program=/srv/named port=90; plain=; truth 'confined program'
program=/srv/named port=91; plain=; truth 'confined program, no rule'
outer='unshare -n'; server=-4; truth 'other network namespace, rule'
mkdir $G.other; echo 0 > $G.other/cgroup.procs; lowport grant 89 --user alice --quiet; port=89; truth 'other control group, rule'
# The broker that was tried there may still be ending.
echo 0 > $G/cgroup.procs; until rmdir $G.other 2>/dev/null; do sleep 0.05; done
lowport enforce disable; port=89; truth 'disabled, rule'
