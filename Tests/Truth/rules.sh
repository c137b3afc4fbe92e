# SPDX-License-Identifier: Apache-2.0
# Rules and files of authbind that do not count, or hardly.
rules() { rm -rf /etc/lowport/rules /etc/lowport/rules.d; mkdir -m 755 /etc/lowport/rules.d; chmod 755 /etc/lowport; printf '%s\n' "$@" > /etc/lowport/rules; chmod 644 /etc/lowport/rules; }
file() { rm -rf /etc/authbind; mkdir -p -m 755 /etc/authbind/byport /etc/authbind/byaddr /etc/authbind/byuid; }
rules 'allow user alice tcp 80 until 2020-01-01T00:00:00Z'; truth 'expired'
rules 'allow user alice tcp 80 until 2099-01-01T00:00:00Z'; truth 'not yet expired'
rules 'alow user alice tcp 80'; early=yes; truth 'faulty line'
rules 'allow user alice tcp 80' 'nonsense'; truth 'faulty line elsewhere'
rules 'allow user alice tcp 80' 'allow user nobody-of-here tcp 81'; truth 'unknown user elsewhere'
rules ''; echo 'nonsense' > /etc/lowport/rules.d/a.rules; echo 'allow user alice tcp 80' > /etc/lowport/rules.d/b.rules; truth 'faulty file, and a good one'
rules ''; echo 'allow user alice tcp 80' > /etc/lowport/rules.d/a; truth 'wrong name of a file'
rules 'allow user alice tcp 80'; chmod 600 /etc/lowport/rules; early=yes; truth 'rules that may not be read'
rules 'allow user alice tcp 80'; chmod 664 /etc/lowport/rules; truth 'rules that the group may write'
rules 'allow user alice tcp 80'; chown bob /etc/lowport/rules; truth 'rules of another user'
rules 'allow user alice tcp 80'; chmod 700 /etc/lowport; early=yes; truth 'directory of rules that may not be searched'
rules ''; echo 'allow user alice tcp 80' > /etc/lowport/rules.d/a.rules; chmod 700 /etc/lowport/rules.d; truth 'rules.d that may not be read'
rules ''; echo 'allow user alice tcp 80' > r; rm /etc/lowport/rules; ln -s $T/r /etc/lowport/rules; early=yes; truth 'rules that are a link'
rm -rf /etc/lowport; truth 'no directory of rules'; mkdir -p /etc/lowport/rules.d
rules 'allow user bob tcp 80'; truth 'rule for another user'
rules 'allow user alice tcp 80-90,443'; port=85; truth 'rule for a range'
rules 'allow everyone tcp 80'; truth 'rule for everyone'
rules 'allow gid 1001 tcp 80'; truth 'rule for a group by number'
rules 'allow group alice tcp 80'; truth 'rule for the own group'
rules ''
file; install -m 644 /dev/null /etc/authbind/byport/80; truth 'authbind file that is not executable'
file; install -m 755 /dev/null /etc/authbind/byport/80; chmod 700 /etc/authbind/byport; truth 'authbind directory that may not be searched'
rules ''; file; chmod 700 /etc/authbind/byport; truth 'authbind directory that may not be searched, nothing in it'
rules ''; file; install -m 755 /dev/null /etc/authbind/byport/80; chmod 700 /etc/authbind; truth 'authbind tree that may not be searched'
rules ''; file; install -m 710 -g dns /dev/null /etc/authbind/byport/80; user=bob; truth 'authbind file for a group, member'
rules ''; file; install -m 710 -g dns /dev/null /etc/authbind/byport/80; truth 'authbind file for a group, no member'
rules ''; file; install -m 500 -o alice /dev/null /etc/authbind/byport/80; truth 'authbind file of the user'
rules ''; file; echo '0.0.0.0/0,80' > /etc/authbind/byuid/1001; echo '::/0,80' >> /etc/authbind/byuid/1001; truth 'byuid'
rules ''; file; echo '0.0.0.0/0,80' > /etc/authbind/byuid/1001; echo '::/0,80' >> /etc/authbind/byuid/1001; chmod 600 /etc/authbind/byuid/1001; truth 'byuid that may not be read'
rules ''; file; echo 'nonsense' > /etc/authbind/byuid/1001; truth 'byuid that is faulty'
rules ''; file; install -m 755 /dev/null '/etc/authbind/byport/!600'; port=600; truth 'file with ! for high ports'
rules ''; file; install -m 755 /dev/null /etc/authbind/byport/600; port=600; truth 'file without ! for high ports'
# What no change of a mode helps, or that of another file.
acl() { /usr/bin/python3 -c 'import os, struct, sys
path, user, permissions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
mode = os.stat(path).st_mode
entries = (1, mode >> 6 & 7, -1), (2, permissions, user), (4, mode >> 3 & 7, -1), (16, 7, -1), (32, mode & 7, -1)
os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries))' "$@"; }
rules 'allow user alice tcp 80'; acl /etc/lowport/rules 1001 0; helpless=yes; truth 'rules with an access control list'
rules 'allow user alice tcp 80'; cp dynamic listed; chmod 755 listed; acl listed 1001 4; program=$T/listed helpless=yes; truth 'program with an access control list'
rules ''; file; install -m 755 /dev/null /etc/authbind/byport/80; acl /etc/authbind/byport/80 1001 4; truth 'authbind file with an access control list'
rules ''; file; mount -t tmpfs -o mode=755,noexec tmpfs /etc/authbind; mkdir /etc/authbind/byport; install -m 755 /dev/null /etc/authbind/byport/80; truth 'authbind tree that is mounted noexec'; umount /etc/authbind
mkdir -m 700 closed; cp dynamic closed/server; install -m 755 /dev/null closed/80; ln -s closed/server way
rules ''; file; ln -s $T/closed/80 /etc/authbind/byport/80; truth 'authbind file, a link into a closed directory'
rules 'allow user alice tcp 80'; file; chmod 700 closed; program=$T/way; truth 'program, a link into a closed directory'
rules 'allow user alice tcp 80'; mkdir fixed; cp dynamic fixed/server; chmod 644 fixed/server; mount --bind fixed fixed; mount -o remount,bind,ro fixed; program=$T/fixed/server helpless=yes; truth 'program that is read-only, and not executable'
# What a grant is written to.
rm -rf /etc/lowport; mkdir -p /etc/lowport/rules; truth 'rules that are a directory'
rm -rf /etc/lowport; mkdir /etc/lowport; mkfifo /etc/lowport/rules; truth 'rules that are a fifo'
rm -rf /etc/lowport; ln -s $T/closed /etc/lowport; truth 'directory of rules that is a link'
rm -rf /etc/lowport; mkdir /etc/lowport; rules ''; chown alice /etc/lowport; truth 'directory of rules of the user'; chown root /etc/lowport
rules ''; chown alice /etc/lowport/rules.d; truth 'rules.d of the user, nothing in it'
rules ''; head -c 5000000 /dev/zero | tr '\0' '#' >> /etc/lowport/rules; helpless=yes; truth 'rules that are too large'
rules ''; echo '1502:x:1503:1503::/:' >> /etc/passwd; user=1503; truth 'user named by digits'
rm -rf /etc/authbind; truth 'no tree of authbind'
