# SPDX-License-Identifier: Apache-2.0
# Who asks: users, root, capabilities and limits of processes. Alice and the group dns have a rule for port 80.
lowport grant 80 --user alice --quiet; lowport grant 80 --group dns --quiet; lowport grant 80 --uid 4242 --quiet
copy() { cp "${2:-dynamic}" "$1"; chmod 755 "$1"; program=$T/$1; }
limited='setpriv --bounding-set -net_bind_service'

user=root; truth 'root'
user=root program=$T/static port=81; truth 'root, static, no rule'
user=root outer=$limited port=81; truth 'root without the capability, no rule'
lowport grant 82 --user root --quiet; user=root outer=$limited port=82; truth 'root without the capability, rule'
user=root way='setpriv --securebits +noroot,+noroot_locked' port=83; truth 'SECBIT_NOROOT, no rule'
lowport grant 84 --user root --quiet; user=root way='setpriv --securebits +noroot,+noroot_locked' port=84; truth 'SECBIT_NOROOT, rule'
user=root way='setpriv --no-new-privs' port=81; truth 'root with no_new_privs'
way='setpriv --no-new-privs'; truth 'no_new_privs, rule'
copy nnp; setcap cap_net_bind_service=ep nnp; way='setpriv --no-new-privs'; truth 'no_new_privs, setcap, rule'
way='setpriv --no-new-privs' port=85; truth 'no_new_privs, no rule'
ambient() { ambient='--inh-caps +net_bind_service --ambient-caps +net_bind_service'; }
ambient; port=86; truth 'ambient, no rule'
ambient; port=86 program=$T/static; truth 'ambient, static, no rule'
ambient; port=86 way='setpriv --no-new-privs'; truth 'ambient with no_new_privs, no rule'
copy void; setcap = void; ambient; port=87; plain=; truth 'ambient, empty capabilities, no rule'
copy other; setcap cap_chown=ep other; ambient; port=88; plain=; truth 'ambient, another capability, no rule'
copy inherits; setcap cap_net_bind_service=ei inherits; ambient; port=89; plain=; truth 'inheritable in both, no rule'
outer=$limited; truth 'bounding set, rule'
outer=$limited port=90; truth 'bounding set, no rule'
copy capable; setcap cap_net_bind_service=ep capable; outer=$limited; truth 'bounding set, setcap, rule'
copy capable2; setcap cap_net_bind_service=ep capable2; outer=$limited port=91; plain=; truth 'bounding set, setcap, no rule'
copy capable3; setcap cap_net_bind_service=ep capable3; outer=$limited port=8080; plain=; truth 'bounding set, setcap, high port'
copy capable4; setcap cap_net_bind_service=p capable4; outer=$limited; truth 'bounding set, permitted alone, rule'
way='unshare -r'; truth 'root of a user namespace, rule'
way='unshare -r' port=92; truth 'root of a user namespace, no rule'
way='unshare -rn' port=93; truth 'user and network namespace'
way='unshare --user --net --map-current-user'; truth 'user and network namespace with one user, rule'
way='unshare --user --net --map-current-user' port=93; truth 'user and network namespace with one user, no rule'
cat > container.py <<'END'
import ctypes, os, sys
unshare = ctypes.CDLL(None).unshare
pid, (read, write), (done, wrote) = os.getpid(), os.pipe(), os.pipe()
if os.fork() == 0:
    os.read(read, 1)
    for kind in "uid", "gid": open(f"/proc/{pid}/{kind}_map", "w").write("0 100000 65536\n")
    os.write(wrote, b"x"); os._exit(0)
unshare(0x10000000); os.write(write, b"x"); os.read(done, 1); unshare(0x40000000)
os.setgroups([]); os.setresgid(1001, 1001, 1001); os.setresuid(1001, 1001, 1001); os.execvp(sys.argv[1], sys.argv[1:])
END
user=root way="/usr/bin/python3 $T/container.py" port=93; plain=; truth 'user and network namespace with all users, no rule'
way='unshare -U'; truth 'user namespace without a map, rule'
outer='unshare -p -f --mount-proc'; truth 'process namespace, rule'
outer='unshare -p -f --mount-proc' program=$T/static; truth 'process namespace, static, rule'
outer='unshare -p -f'; program=$T/static; truth 'process namespace with a foreign proc, static, rule'
user=bob; truth 'supplementary group, rule'
user=bob groups=--clear-groups; truth 'without the group'; groups=
user=4242 groups=--clear-groups; truth 'unknown user, rule'; groups=
way='strace -f -o /dev/null'; truth 'strace, rule'
way='strace -f -o /dev/null' program=$T/static; truth 'strace, static, rule'
copy traced; setcap cap_net_bind_service=ep traced; way='strace -f -o /dev/null' port=94; plain=; truth 'strace, setcap, no rule'
way='prlimit --nproc=1:1'; truth 'no process more, rule'
way='lowport run'; truth 'under the broker, rule'
way='lowport run --via broker'; program=$T/static; truth 'under the broker, static, rule'
way='lowport run --via broker' port=95; truth 'under the broker, no rule'
way='authbind'; truth 'under authbind, rule'
way='setpriv --no-new-privs lowport run'; truth 'lowport run under no_new_privs, rule'
