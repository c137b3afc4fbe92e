// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

/// Users and groups that only a module of the C library knows (nsswitch.conf(5)), as with sssd or systemd-userdbd: every
/// program sees them by name.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct NameServiceTests {
    /// A module with the user `far` and the group `away`, both with number 2000, and rules that name them.
    private static let module: ByteString = """
        mkdir /mnt/lib; mount -t tmpfs tmpfs /var/cache
        cat > module.c <<'END'
        #include <grp.h>
        #include <nss.h>
        #include <pwd.h>
        #include <string.h>
        enum nss_status _nss_lowport_getpwuid_r(uid_t user, struct passwd *entry, char *text, size_t size, int *error)
        {
            if (user != 2000) return NSS_STATUS_NOTFOUND;
            *entry = (struct passwd){"far", "x", 2000, 2000, "", "/", "/bin/sh"};
            return NSS_STATUS_SUCCESS;
        }
        enum nss_status _nss_lowport_getpwnam_r(const char *name, struct passwd *entry, char *text, size_t size, int *error)
        {
            return strcmp(name, "far") ? NSS_STATUS_NOTFOUND : _nss_lowport_getpwuid_r(2000, entry, text, size, error);
        }
        enum nss_status _nss_lowport_getgrgid_r(gid_t group, struct group *entry, char *text, size_t size, int *error)
        {
            static char *nobody;
            if (group != 2000) return NSS_STATUS_NOTFOUND;
            *entry = (struct group){"away", "x", 2000, &nobody};
            return NSS_STATUS_SUCCESS;
        }
        enum nss_status _nss_lowport_getgrnam_r(const char *name, struct group *entry, char *text, size_t size, int *error)
        {
            return strcmp(name, "away") ? NSS_STATUS_NOTFOUND : _nss_lowport_getgrgid_r(2000, entry, text, size, error);
        }
        END
        clang -shared -fPIC -o /mnt/lib/libnss_lowport.so.2 module.c
        echo /mnt/lib > /etc/ld.so.conf.d/lowport.conf; ldconfig -X
        printf '%s\\n' 'passwd: files lowport' 'group: files lowport' > /etc/nsswitch.conf
        echo 'allow user far tcp 83' > /etc/lowport/rules; echo 'allow group away tcp 84' > /etc/lowport/rules.d/a.rules
        tried() { "$@" > said 2>&1 && echo "ok $(head -n 1 said)" || echo "$? $(head -n 1 said)"; }

        """

    private func expect(_ outcome: Outcome, _ expected: ByteString, location: SourceLocation = #_sourceLocation) {
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: location)
        #expect(outcome.output == expected, "\(outcome)", sourceLocation: location)
    }

    @Test func `every way to a port knows the names of a module`() async throws {
        let script: ByteString = """
            bind() { tried as "$@" bind-probe tcp4 bind 127.0.0.1 83 tcp4 bind 127.0.0.1 84; sed 1d said; }
            for who in far alice; do
                tried as $who lowport can-bind 83; tried as $who lowport can-bind 84
                bind $who authbind; bind $who lowport run --via broker; bind $who lowport run --via preload
            done
            tried lowport run --user far --via ambient bind-probe tcp4 bind 127.0.0.1 83
            # Without the module nobody has the name, and nothing is allowed.
            rm /mnt/lib/libnss_lowport.so.2; setpriv --reuid 2000 --regid 2000 --clear-groups lowport can-bind 83 || echo $?
            setpriv --reuid 2000 --regid 2000 --clear-groups lowport run bind-probe tcp4 bind 127.0.0.1 83
            """
        expect(
            try await Sandbox.run((Self.module + script).description),
            """
            ok 
            ok 
            ok bind ok
            bind ok
            ok bind ok
            bind ok
            ok bind ok
            bind ok
            1 
            1 
            ok bind 1
            bind 1
            ok bind 1
            bind 1
            ok bind 1
            bind 1
            ok bind ok
            1
            bind 1

            """
        )
    }

    @Test func `what is shown of the rules has the names of a module`() async throws {
        let script: ByteString = """
            tried lowport check; lowport list | grep -c -E 'far|away'
            lowport explain 83 --user far | grep -c 'allow user far tcp 83'; lowport explain 84 --user far | grep -c 'allow group away tcp 84'
            lowport explain 83 --user alice > said && echo ok || echo $?
            lowport revoke 83 --user far > said; lowport grant 85 --user far --dry-run > said; grep -c 'allow user far tcp 85' said
            """
        expect(
            try await Sandbox.run((Self.module + script).description),
            "ok 2 rules in 2 files: no errors\n2\n1\n1\n1\n1\n"
        )
    }

    @Test func `the kernel holds to rules with the names of a module`() async throws {
        let script: ByteString = """
            enable > said
            for who in far alice; do try_bind $who 127.0.0.1 83; try_bind $who 127.0.0.1 84; try_bind $who 127.0.0.1 85; done
            """
        expect(
            try await KernelSandbox.run(Self.module + script),
            "bound\nbound\nEACCES\nEACCES\nEACCES\nEACCES\n"
        )
    }
}
