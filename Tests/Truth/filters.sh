# SPDX-License-Identifier: Apache-2.0
# Filters of system calls, Landlock, programs at control groups, the kernel engine, and installations with something amiss.
lowport grant 80 --user alice --quiet; lowport grant 82 --user alice --on 0.0.0.0/0 --quiet
cat > deny.py <<'END'
import errno, os, sys
import seccomp
error, names, rest = sys.argv[1], sys.argv[2].split(","), sys.argv[3:]
f = seccomp.SyscallFilter(seccomp.ALLOW)
f.set_attr(seccomp.Attr.CTL_NNP, 0)
for name in names:
    name, _, family = name.partition("=")
    arguments = [seccomp.Arg(0, seccomp.EQ, int(family))] if family else []
    f.add_rule(seccomp.ERRNO(getattr(errno, error)), name, *arguments)
f.load()
os.execvp(rest[0], rest)
END
denying() { outer="/usr/bin/python3 $T/deny.py $*"; }
denying EPERM bind; truth 'filter, bind, EPERM'
denying EACCES bind; truth 'filter, bind, EACCES'
denying ENOSYS bind; truth 'filter, bind, ENOSYS'
denying EAFNOSUPPORT socket=10; server=-4 ask='--on 0.0.0.0'; truth 'filter, no IPv6, IPv4'
denying EAFNOSUPPORT socket=10; server=-4; truth 'filter, no IPv6'
denying EAFNOSUPPORT socket=2; truth 'filter, no IPv4'
denying EAFNOSUPPORT socket=2,socket=10; truth 'filter, no internet'
denying EAFNOSUPPORT socket=1; truth 'filter, no Unix sockets'
denying EAFNOSUPPORT socket=1; program=$T/static; truth 'filter, no Unix sockets, static'
denying EPERM socket=16; truth 'filter, no netlink'
denying ENOSYS close_range; truth 'filter, close_range, ENOSYS'
denying EPERM close_range; truth 'filter, close_range, EPERM'
denying EPERM pidfd_getfd; truth 'filter, pidfd_getfd'
denying EPERM pidfd_getfd; program=$T/static; truth 'filter, pidfd_getfd, static'
denying EPERM pidfd_open; program=$T/static; truth 'filter, pidfd_open, static'
denying EPERM process_vm_readv; program=$T/static; truth 'filter, process_vm_readv, static'
denying EPERM seccomp; truth 'filter, seccomp'
denying EPERM seccomp; program=$T/static; truth 'filter, seccomp, static'
denying EPERM setsockopt; truth 'filter, setsockopt'
cat > landlock.py <<'END'
# Handles binds of TCP and allows those of the ports in the first word.
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
ruleset = libc.syscall(444, struct.pack("<QQ", 0, 1), 16, 0)
for port in filter(None, sys.argv[1].split(",")):
    assert libc.syscall(445, ruleset, 2, struct.pack("<QQ", 1, int(port)), 0) == 0
libc.prctl(38, 1, 0, 0, 0)
assert libc.syscall(446, ruleset, 0) == 0
os.execvp(sys.argv[2], sys.argv[2:])
END
way="/usr/bin/python3 $T/landlock.py 8080"; truth 'Landlock, rule'
way="/usr/bin/python3 $T/landlock.py 80"; truth 'Landlock that allows the port, rule'
way="/usr/bin/python3 $T/landlock.py 80" port=8080; truth 'Landlock, high port'
cat > execution.py <<'END'
# Lets nothing be executed but what is below the paths in the first word.
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
ruleset = libc.syscall(444, struct.pack("<Q", 1), 8, 0)
for path in sys.argv[1].split(","):
    assert libc.syscall(445, ruleset, 1, struct.pack("<Qi", 1, os.open(path, os.O_PATH)), 0) == 0
libc.prctl(38, 1, 0, 0, 0)
assert libc.syscall(446, ruleset, 0) == 0
os.execvp(sys.argv[2], sys.argv[2:])
END
mkdir closed; cp dynamic closed/
case $(uname -r) in
    [1-5].* | 6.[0-9].* | 6.1[0-3].*) echo 'ok the kernel does not say what may be executed' ;;
    *) way="/usr/bin/python3 $T/execution.py /usr,$BIN,$LIBEXEC,$T/dynamic" program=$T/closed/dynamic port=8080
       truth 'Landlock, the program may not be executed, high port' ;;
esac
cat > group.py <<'END'
# Refuses binds in a control group of its own, as SocketBindDeny= does: all, or those of the families in the first word.
import ctypes, os, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
families, place, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
os.makedirs(place, exist_ok=True)
group = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
code = ctypes.create_string_buffer(struct.pack("<BBhi", 0xb7, 0, 0, 0) + struct.pack("<BBhi", 0x95, 0, 0, 0))
license = ctypes.create_string_buffer(b"GPL")
for kind in (8, 9):
    if str(kind - 4) not in families.replace("6", "5"): continue
    attribute = struct.pack("<IIQQIIQII16sII", 18, 2, ctypes.addressof(code), ctypes.addressof(license), 0, 0, 0, 0, 0, b"deny", 0, kind)
    program = libc.syscall(321, 5, attribute, len(attribute))
    assert program >= 0
    attach = struct.pack("<IIII", group, program, kind, 2)
    assert libc.syscall(321, 8, attach, len(attach)) == 0
open(place + "/cgroup.procs", "w").write(str(os.getpid()))
sys.exit(subprocess.call(rest))
END
outer="/usr/bin/python3 $T/group.py 46 $G/denied"; truth 'control group, all'
outer="/usr/bin/python3 $T/group.py 4 $G/denied4"; server=-4; truth 'control group, IPv4'
outer="/usr/bin/python3 $T/group.py 6 $G/denied6"; truth 'control group, IPv6'
outer="/usr/bin/python3 $T/group.py 46 $G/deniedh"; port=8080; truth 'control group, high port'
outer="/usr/bin/python3 $T/group.py 46 $G/deniedr"; user=root; truth 'control group, root'
H2=$LIBEXEC/lowport-helper
setcap -r $H2; truth 'helper without capabilities'
setcap cap_net_bind_service=p $H2; truth 'helper with one capability'
setcap -r $H2; chown root $H2; chmod 4755 $H2; truth 'helper set-user-ID'
chmod 755 $H2; setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $H2
chmod 644 $H2; truth 'helper not executable'; chmod 755 $H2
mv $H2 $H2.away; truth 'helper missing'; mv $H2.away $H2 2>/dev/null || true
setcap cap_dac_read_search,cap_setpcap,cap_net_bind_service=p $H2
mv $LIBEXEC/liblowport-preload.so $T/; truth 'library missing'; mv $T/liblowport-preload.so $LIBEXEC/ 2>/dev/null || true
mkdir -p /mnt/libexec2; cp -a $LIBEXEC/. /mnt/libexec2; mount -t tmpfs -o nosuid,mode=755 t $LIBEXEC; cp -a /mnt/libexec2/. $LIBEXEC; truth 'helper on nosuid'; umount $LIBEXEC
