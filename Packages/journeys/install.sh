#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All packages, in a system that has what they take the place of; then the tutorial, and what is named by its path.

# shellcheck disable=SC2016 source=Packages/tools.sh
. /packages/tools.sh

original=$(sha256sum <"$(command -v setcap)")
check 'apt installs all packages' install /packages/new/*.deb
check 'dpkg finds them as they were packed' sh -c '[ -z "$(dpkg -V lowport lowport-authbind lowport-netcat lowport-libcap-tools)" ]'
check 'no package is left unconfigured' sh -c '[ -z "$(dpkg --audit)" ]'
capabilities=cap_dac_read_search,cap_setpcap,cap_net_bind_service=p
for helper in lowport-helper lowport-helper-nss; do
    check "$helper has its capabilities, as libcap's setcap sees them" \
        setcap.libcap -q -v $capabilities /usr/libexec/lowport/$helper
    same "$helper is not set-id" 755 "$(stat -c %a /usr/libexec/lowport/$helper)"
done
same 'nothing else is privileged' '' "$(getcap -r / 2>/dev/null | grep lowport | grep -v /usr/libexec/lowport/lowport-helper)"
check 'doctor finds no error' lowport doctor
check 'the pages are there' test -s /usr/share/doc/lowport/README.md -a -s /usr/share/doc/lowport/Documentation/recording.svg
check '... and each of their links leads to a file' /packages/dead-links /usr/share/doc/lowport
check 'the manual of nc is there' test -s /usr/share/man/man1/nc.lowport.1.gz

# The original is found under its other name, and ours in each place where one is looked for.
same 'the original setcap is kept' "$original" "$(sha256sum <"$(command -v setcap.libcap)")"
ours=$(dpkg-deb --fsys-tarfile /packages/new/lowport-libcap-tools_*.deb | tar -xO ./usr/sbin/setcap | sha256sum)
for place in setcap /sbin/setcap /usr/sbin/setcap; do
    same "$place is ours" "$ours" "$(sha256sum <"$(command -v $place)")"
done
check '/sbin/getcap runs' /sbin/getcap /usr/libexec/lowport/lowport-helper

# Below netcat-openbsd, until the administrator says otherwise.
same 'nc stays that of OpenBSD' nc.openbsd "$(basename "$(readlink -f /bin/nc)")"
check 'nc can be chosen' update-alternatives --set nc /usr/bin/nc.lowport
same 'nc is ours then' /usr/bin/nc.lowport "$(readlink -f "$(command -v nc)")"
same 'and so is netcat' /usr/bin/nc.lowport "$(readlink -f "$(command -v netcat)")"

# The tutorial of the README.
refuse 'nc -l -p 80 is refused' user nc -l -p 80
check '... and says what to do' sh -c 'setpriv --reuid web --regid web --clear-groups nc -l -p 80 2>&1 | grep -q "^hint:"'
check 'by program' setcap CAP_NET_BIND_SERVICE+ep /usr/bin/nc.lowport
check '... it listens' listens 80 nc -l -p 80
check '... taken away' setcap CAP_NET_BIND_SERVICE /usr/bin/nc.lowport
refuse '... it is refused' user nc -l -p 80
command install -m 755 /dev/null /etc/authbind/byport/80
check 'by port' listens 80 authbind nc -l -p 80
check '... also a program that was there before' can_bind 80 authbind
check '... by the paths of units and wrappers' listens 80 env \
    LD_PRELOAD=/usr/lib/authbind/libauthbind.so.1 AUTHBIND_LIB=/usr/lib/authbind/libauthbind.so.1 nc -l -p 80
check '... by the absolute path' listens 80 /usr/bin/authbind --deep nc -l -p 80
same '... by the helper, called as the original is: no socket' 88 \
    "$(user /usr/lib/authbind/helper 0100007f 5000 </dev/null >/dev/null 2>&1 || echo $?)"
rm /etc/authbind/byport/80
refuse '... and not without the file' can_bind 80 authbind
check 'by rule' lowport grant 80 --user web
check '... it listens' listens 80 lowport run nc -l -p 80
check '... a program that was there before' can_bind 80 lowport run
check '... by the library' can_bind 80 lowport run --via preload
check '... by the broker' can_bind 80 lowport run --via broker
refuse '... and no other port' can_bind 81 lowport run
check 'explain answers' lowport explain 80 --user web
if [ -n "$GROUP" ]; then
    check 'by the kernel' lowport enforce enable --cgroup "$GROUP"
    check '... it listens' listens 80 nc -l -p 80
    check '... a program that was there before' can_bind 80
    refuse '... and no other port' can_bind 81
    check '... switched off' lowport enforce disable
    # What lowport-enforce.service leaves it: read-only tunables and control groups, three capabilities, no more to gain.
    mkdir -p /var/lib/lowport /run/lowport
    # CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON by number, which an older setpriv knows as well.
    # By perl, since mount(8) is a package of its own: binds (4096) what is writable, and makes the rest read-only (1 + 32).
    check 'by the kernel, as confined as its unit is' unshare --mount perl -e '
        sub mounted { my ($place, $flags) = @_; syscall(165, $place, $place, 0, $flags, 0) == 0 or die "$place: $!" }
        mounted($_, 4096) for "/proc/sys", "/etc", "/usr";
        mounted($_, 4129) for "/proc/sys", "/etc", "/usr", "/sys/fs/cgroup", "/sys";
        open(my $file, ">", "/etc/x") and die "not confined";
        exec "setpriv", "--no-new-privs", "--bounding-set", "-all,+cap_39,+cap_12,+cap_38", "--inh-caps", "-all",
            "lowport", "enforce", "enable", "--cgroup", $ENV{GROUP}'
    check '... it holds' can_bind 80
    check '... and is switched off' lowport enforce disable
fi
refuse '... nothing is left of it' can_bind 80

# What the administrator writes is nobody else's to change.
echo '# mine' >>/etc/lowport/rules
before=$(sha256sum /etc/lowport/rules)
check 'all of it once more' install --reinstall /packages/new/*.deb
same 'the rules are as they were' "$before" "$(sha256sum /etc/lowport/rules)"
same 'nc stays as it was chosen' /usr/bin/nc.lowport "$(readlink -f "$(command -v nc)")"
same 'the original setcap is still kept' "$original" "$(sha256sum <"$(command -v setcap.libcap)")"
check 'it works' can_bind 80 lowport run
echo end
