// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// What `check`, `list` and `doctor` say of permissions that have no effect.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct HealthTests: SandboxSuite {
    static let prelude = """
        # All three, with a status for those that say no.
        ask() {
            echo "list:"; lowport list > out 2> err; sed 's/  */ /g' out | grep authbind || :; cat err
            echo "check:"; lowport check || echo "status $?"
            echo "doctor:"; lowport doctor > out || echo "status $?"; grep -A1 ERROR out || :; tail -1 out
        }

        """

    @Test("A directory of the authbind tree that may not be searched") func namesUnsearchableDirectories() async throws
    {
        try await expect(
            """
            touch /etc/authbind/byport/80 /etc/authbind/byaddr/127.0.0.1,81
            chmod 755 /etc/authbind/byport/80 /etc/authbind/byaddr/127.0.0.1,81
            echo 0.0.0.0/0:82,82 | tee /etc/authbind/byuid/1001 > /etc/authbind/byuid/1002
            bound() { as $1 authbind python3 -c 'import socket, sys; socket.socket().bind(("127.0.0.1", int(sys.argv[1])))' $2 2> /dev/null && echo "$1 $2" || :; }
            tried() { for user in alice bob; do for port in 80 81 82; do bound $user $port; done; done; }
            chmod 700 /etc/authbind/byport; ask; tried
            chgrp dns /etc/authbind/byport; chmod 750 /etc/authbind/byport; ask; tried
            chmod 755 /etc/authbind/byport; chgrp dns /etc/authbind/byaddr; chmod 710 /etc/authbind/byaddr; ask; tried
            """,
            """
            list:
            lowport: /etc/authbind/byport: mode 0700: only root may search the directory; everybody else is refused every port here
            check:
            /etc/authbind/byport: error: mode 0700: only root may search the directory; everybody else is refused every port here
            status 1
            doctor:
            status 1
            ERROR  authbind    /etc/authbind/byport has mode 0700: who may not search it is refused every port of the tree
                               -> sudo chmod a+x /etc/authbind/byport
            1 error, no notes
            list:
            group dns any 80 all - /etc/authbind/byport/80
            group dns any 81 127.0.0.1 - /etc/authbind/byaddr/127.0.0.1,81
            user bob any 82 0.0.0.0/0 - /etc/authbind/byuid/1002:1
            lowport: /etc/authbind/byport: mode 0750: only root and gid 1100 may search the directory; everybody else is refused every port here
            check:
            /etc/authbind/byport: warning: mode 0750: only root and gid 1100 may search the directory; everybody else is refused every port here
            0 rules in 0 files: no errors
            doctor:
            status 1
            ERROR  authbind    /etc/authbind/byport has mode 0750: who may not search it is refused every port of the tree
                               -> sudo chmod a+x /etc/authbind/byport
            1 error, no notes
            bob 80
            bob 81
            bob 82
            list:
            everyone any 80 all - /etc/authbind/byport/80
            group dns any 81 127.0.0.1 - /etc/authbind/byaddr/127.0.0.1,81
            user bob any 82 0.0.0.0/0 - /etc/authbind/byuid/1002:1
            lowport: /etc/authbind/byaddr: mode 0710: only root and gid 1100 may search the directory; everybody else is refused every port here
            check:
            /etc/authbind/byaddr: warning: mode 0710: only root and gid 1100 may search the directory; everybody else is refused every port here
            0 rules in 0 files: no errors
            doctor:
            status 1
            ERROR  authbind    /etc/authbind/byaddr has mode 0710: who may not search it is refused every port of the tree
                               -> sudo chmod a+x /etc/authbind/byaddr
            1 error, no notes
            alice 80
            bob 80
            bob 81
            bob 82

            """
        )
    }

    @Test("A program that lost its capability, or has it in vain") func namesPrograms() async throws {
        try await expect(
            """
            cp /bin/true $BIN/server; lowport grant --program $BIN/server -q
            ask; cp /bin/true new; mv new $BIN/server; ask
            lowport revoke --program $BIN/server -q; lowport check
            printf '#!/bin/sh\\n' > $BIN/script; chmod 755 $BIN/script; setcap cap_net_bind_service=ep $BIN/script
            lowport check; rm $BIN/script
            # A process that still has the capability of the file that is gone.
            cp /usr/bin/python3 $BIN/server; setcap cap_net_bind_service=ep $BIN/server
            as alice $BIN/server -c 'import time; time.sleep(999)' &
            until process=$(pgrep -u alice -x server); do sleep 0.05; done
            cp /bin/true new; mv new $BIN/server; lowport check | sed "s/process $process/process N/"
            kill $process
            """,
            """
            list:
            check:
            0 rules in 0 files: no errors
            doctor:
            no errors, no notes
            list:
            lowport: /mnt/bin/server: has lost cap_net_bind_service, which lowport grant gave it, as by an upgrade; sudo lowport grant --program /mnt/bin/server
            check:
            /mnt/bin/server: warning: has lost cap_net_bind_service, which lowport grant gave it, as by an upgrade; sudo lowport grant --program /mnt/bin/server
            0 rules in 0 files: no errors
            doctor:
            status 1
            ERROR  programs    /mnt/bin/server has lost cap_net_bind_service, which lowport grant gave it, as by an upgrade
                               -> sudo lowport grant --program /mnt/bin/server
            1 error, no notes
            0 rules in 0 files: no errors
            /mnt/bin/script: warning: has cap_net_bind_service in vain: file capabilities of a script have no effect: /mnt/bin/script is run by /usr/bin/dash
            0 rules in 0 files: no errors
            /mnt/bin/server: warning: was replaced and has no capabilities, while process N still has those of the old file; sudo lowport grant --program /mnt/bin/server
            0 rules in 0 files: no errors

            """
        )
    }

    @Test("Rules that nobody can use") func namesUselessRules() async throws {
        try await expect(
            """
            groupadd empty
            cat > /etc/lowport/rules <<'END'
            allow user root tcp 80
            allow user alice tcp 8080
            allow group empty tcp 81
            allow group alice tcp 82
            allow user alice tcp 1000-2000
            END
            cp /etc/lowport/rules /etc/lowport/rules.d/more.rules
            ask
            echo 'confine root' > /etc/lowport/rules.d/more.rules; lowport check
            : > /etc/lowport/rules.d/more.rules; echo 'allow user alice tcp 80' > /etc/lowport/rules
            chmod 700 /etc/lowport/rules.d; chmod 640 /etc/lowport/rules; ask
            chmod 755 /etc/lowport/rules.d; chmod 644 /etc/lowport/rules; chmod 0 $LIBEXEC/lowport-helper; lowport list 2>&1
            """,
            """
            list:
            lowport: /etc/lowport/rules:1: allows nothing: root may bind every port already
            lowport: /etc/lowport/rules:2: allows nothing: every user may bind ports from 1024 on already
            lowport: /etc/lowport/rules:3: group empty has no members: only a process that is started with the group can use it
            lowport: /etc/lowport/rules.d/more.rules:1: allows nothing: root may bind every port already
            lowport: /etc/lowport/rules.d/more.rules:2: allows nothing: every user may bind ports from 1024 on already
            lowport: /etc/lowport/rules.d/more.rules:3: group empty has no members: only a process that is started with the group can use it
            check:
            /etc/lowport/rules:1: warning: allows nothing: root may bind every port already
            /etc/lowport/rules:2: warning: allows nothing: every user may bind ports from 1024 on already
            /etc/lowport/rules:3: warning: group empty has no members: only a process that is started with the group can use it
            /etc/lowport/rules.d/more.rules:1: warning: allows nothing: root may bind every port already
            /etc/lowport/rules.d/more.rules:2: warning: allows nothing: every user may bind ports from 1024 on already
            /etc/lowport/rules.d/more.rules:3: warning: group empty has no members: only a process that is started with the group can use it
            /etc/lowport/rules.d/more.rules:4: warning: allows nothing that /etc/lowport/rules:4 does not allow already
            /etc/lowport/rules.d/more.rules:5: warning: allows nothing that /etc/lowport/rules:5 does not allow already
            10 rules in 2 files: no errors
            doctor:
            no errors, 1 note
            /etc/lowport/rules:2: warning: allows nothing: every user may bind ports from 1024 on already
            /etc/lowport/rules:3: warning: group empty has no members: only a process that is started with the group can use it
            5 rules in 2 files: no errors
            list:
            lowport: /etc/lowport/rules: mode 0640: users who cannot read it get nothing from its rules
            check:
            /etc/lowport/rules.d: warning: mode 0700: users who cannot read and search it get nothing from its rules
            /etc/lowport/rules: warning: mode 0640: users who cannot read it get nothing from its rules
            1 rule in 2 files: no errors
            doctor:
            status 1
            ERROR  rules       /etc/lowport/rules.d: mode 0700: users who cannot read and search it get nothing from its rules
                               -> sudo chmod o+rx /etc/lowport/rules.d
            ERROR  rules       /etc/lowport/rules: mode 0640: users who cannot read it get nothing from its rules
                               -> sudo chmod o+r /etc/lowport/rules
            2 errors, no notes
            WHO         PROTOCOL  PORTS       ADDRESSES  UNTIL  SOURCE
            user alice  tcp       80          all        -      /etc/lowport/rules:1
            everyone    any       1024-65535  all        -      kernel (lowport threshold)
            lowport: nothing of the rules and of /etc/authbind has an effect here: the helper cannot be started: permission denied
            hint: lowport doctor

            """
        )
    }

    @Test("In a user namespace, files of unknown owners are no errors") func knowsUserNamespaces() async throws {
        try await expect(
            """
            lowport grant 80 --user alice -q
            for how in -Ur -U -Urn; do
                as alice unshare $how lowport doctor > out || echo "$how: $?"
                grep -E 'ERROR|namespace|owner|belongs|errors?,' out | sed 's/  */ /g'
            done
            """,
            """
            -Ur: 1
            note namespace this user namespace does not show who owns the files of the machine: their owners were not checked
             -> lowport doctor, outside of the user namespace
            ERROR helper the network belongs to another user namespace, where the capabilities of this one do not count: lowport run and authbind have no effect here (tried)
             -> outside of the user namespace: sudo lowport enforce enable
            ok rules /: its owner is not seen in this user namespace, where the rules let nobody bind anything
            1 error, 2 notes
            -U: 1
            note namespace this user namespace does not show who owns the files of the machine: their owners were not checked
             -> lowport doctor, outside of the user namespace
            ERROR helper the user has no number in this user namespace: lowport run and authbind have no effect here (tried)
             -> outside of the user namespace: sudo lowport enforce enable
            ok rules /: its owner is not seen in this user namespace, where the rules let nobody bind anything
            1 error, 2 notes
            note namespace this user namespace does not show who owns the files of the machine: their owners were not checked
             -> lowport doctor, outside of the user namespace
            ok rules /: its owner is not seen in this user namespace, where the rules let nobody bind anything
            no errors, 2 notes

            """
        )
    }
}
