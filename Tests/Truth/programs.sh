# SPDX-License-Identifier: Apache-2.0
# Programs of every kind, for alice, who has a rule for port 80 and none for port 81.
lowport grant 80 --user alice --quiet
copy() { cp "${2:-dynamic}" "$1"; chmod 755 "$1"; program=$T/$1; }
script() { printf "$2" > "$1"; chmod 755 "$1"; program=$T/$1; }

port=81; truth 'dynamic, no rule'; lowport revoke 81 --user alice --quiet
truth 'dynamic, rule'
program=$T/static port=81; truth 'static, no rule'; lowport revoke 81 --user alice --quiet
program=$T/static; truth 'static, rule'
script s1 "#!/bin/sh\nexec $T/dynamic \"\$@\"\n"; port=81; truth 'script, no rule'; lowport revoke 81 --user alice --quiet
script s2 "#!/bin/sh\nexec $T/dynamic \"\$@\"\n"; truth 'script, rule'
script s3 "#!/usr/bin/env sh\nexec $T/dynamic \"\$@\"\n"; truth 'script with env, rule'
copy cap; setcap cap_net_bind_service=ep cap; port=82; plain=; truth 'setcap, no rule'
copy scap static; setcap cap_net_bind_service=ep scap; port=82; plain=; truth 'setcap static, no rule'
copy cap2; setcap cap_net_bind_service=ep cap2; truth 'setcap, rule'
copy permitted; setcap cap_net_bind_service=p permitted; truth 'permitted alone, rule'
copy permitted2; setcap cap_net_bind_service=p permitted2; port=83; truth 'permitted alone, no rule'
copy inheritable; setcap cap_net_bind_service=i inheritable; port=84; truth 'inheritable alone, no rule'
copy inheritable2; setcap cap_net_bind_service=i inheritable2; truth 'inheritable alone, rule'
copy other; setcap cap_chown=ep other; truth 'another capability, rule'
copy other2; setcap cap_chown=ep other2; port=85; truth 'another capability, no rule'
copy void; setcap = void; truth 'empty capabilities, rule'
copy suid; chmod 4755 suid; port=86; plain=; truth 'set-user-ID root, no rule'
copy suid2; chown bob suid2; chmod 4755 suid2; truth 'set-user-ID bob, rule'
copy sgid; chgrp dns sgid; chmod 2755 sgid; truth 'set-group-ID, rule'
script scs "#!/bin/sh\nexec $T/dynamic \"\$@\"\n"; setcap cap_net_bind_service=ep scs; port=87; truth 'setcap of a script, no rule'
copy foreign; setcap -n 1000 cap_net_bind_service=ep foreign; port=88; truth 'for another user namespace, no rule'
copy foreign2; setcap -n 1000 cap_net_bind_service=ep foreign2; truth 'for another user namespace, rule'
copy noexec; chmod 644 noexec; truth 'not executable'
mkdir -m 700 shut; copy shut/s; truth 'directory that may not be searched'
mkdir -p -m 755 one/two; copy one/two/s; chmod 711 one; chmod 600 one/two; truth 'directory below'
mkdir ne; mount -t tmpfs -o mode=755,noexec t ne; copy ne/s; truth 'noexec'
mkdir ns; mount -t tmpfs -o mode=755 t ns; copy ns/s; setcap cap_net_bind_service=ep ns/s; mount -o remount,nosuid ns
port=89; truth 'nosuid with setcap, no rule'
program=$T/ns/s; truth 'nosuid with setcap, rule'
script m1 '#!/opt/none\n'; helpless=yes; truth 'interpreter missing'
script m2 "#!/bin/sh\r\nexec $T/dynamic \"\$@\"\n"; truth 'interpreter with CR'
cc -o loaderless -Wl,--dynamic-linker=/opt/none "$TRUTH/server.c"; program=$T/loaderless helpless=yes; truth 'loader missing'
mkdir lib; echo 'int it(void) { return 0; }' > it.c; cc -shared -fPIC -o lib/libit.so it.c
sed 's/^int main/int it(void);\n&/; s/unsigned short port = 0/unsigned short port = it()/' "$TRUTH/server.c" > uses.c
cc -o origin uses.c -Llib -lit '-Wl,-rpath,$ORIGIN/lib'; copy origin1 origin; truth 'library by $ORIGIN, rule'
copy origin2 origin; setcap cap_net_bind_service=ep origin2; port=90 plain=; truth 'library by $ORIGIN, setcap, no rule'
copy origin3 origin; setcap cap_net_bind_service=ep origin3; truth 'library by $ORIGIN, setcap, rule'
cc -o bypath uses.c -Llib -lit; copy bypath1 bypath; way="env LD_LIBRARY_PATH=$T/lib"; truth 'library by LD_LIBRARY_PATH, rule'
copy bypath2 bypath; setcap cap_net_bind_service=ep bypath2; way="env LD_LIBRARY_PATH=$T/lib"; port=91 plain=
truth 'library by LD_LIBRARY_PATH, setcap, no rule'
copy unreadable; chmod 711 unreadable; truth 'executable, not readable, rule'
copy unreadable2; chmod 711 unreadable2; port=92; truth 'executable, not readable, no rule'
ln -s dynamic link; program=$T/link; truth 'symbolic link, rule'
copy hard; setcap cap_net_bind_service=ep hard; ln hard hard2; program=$T/hard2 port=93; plain=; truth 'hard link, setcap'
script shebangless "exec $T/dynamic \"\$@\"\n"; truth 'script without interpreter line'
printf 'a\0b\n' > data; chmod 755 data; program=$T/data helpless=yes; truth 'not a program'
# What execve(2) makes of capabilities, users and groups.
copy mixed; chmod 4755 mixed; setcap cap_chown=ep mixed; truth 'set-user-ID root with capabilities, rule'
copy bobs; chown bob bobs; chmod 4755 bobs; user=root port=94 plain=; truth 'root starts set-user-ID bob, no rule'
copy own static; chown alice own; chmod 4755 own; truth 'set-user-ID of the one who starts it, static, rule'
copy locked; chgrp dns locked; chmod 2745 locked; truth 'set-group-ID without execute permission for the group, rule'
copy inherited; setcap cap_net_bind_service=i inherited
outer="setpriv --inh-caps +net_bind_service"; truth 'inheritable in file and process, not effective, rule'
# What starts scripts, and where.
script i1 "#!sh\nexec $T/dynamic \"\$@\"\n"; helpless=yes; truth 'interpreter that is to be looked up'
ln -s /bin/sh shell; script i2 "#!shell\nexec $T/dynamic \"\$@\"\n"; truth 'interpreter in the working directory'
script i3 "#!/usr/bin/env -i sh\nexec $T/dynamic \"\$@\"\n"; truth 'words for env'
script i4 "#!/usr/bin/env -S -u FOO sh\nexec $T/dynamic \"\$@\"\n"; truth 'words for env -S'
script i5 "#!$T\n"; helpless=yes; truth 'interpreter is a directory'
mkdir first second; copy first/s; chmod 700 first/s; copy second/s; way="env PATH=$T/first:$T/second:$PATH" program=s
truth 'the first along PATH may not be executed, the second may'
mkfifo pipe; chmod 755 pipe; program=$T/pipe helpless=yes; truth 'a FIFO'
# What the loader does not find.
copy origin4 origin; setcap cap_net_bind_service=p origin4; truth 'library by $ORIGIN, permitted alone, rule'
copy origin5 origin; chown bob origin5; chmod 4755 origin5; truth 'library by $ORIGIN, set-user-ID bob, rule'
program=$T/bypath helpless=yes; truth 'library missing, rule'
mkdir -m 700 kept; cp lib/libit.so kept/; cc -o hidden uses.c -Llib -lit "-Wl,-rpath,$T/kept"
program=$T/hidden; truth 'library in a directory that may not be searched, rule'
