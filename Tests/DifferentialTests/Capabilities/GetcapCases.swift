// SPDX-License-Identifier: Apache-2.0

extension CapabilityCase {
    /// Command lines of getcap: options, files, walks.
    static let getcap: [CapabilityCase] = [
        // Options.
        "getcap -h", "getcap", "getcap -l", "getcap -Z", "getcap --hel", "getcap -- -dash", "getcap -dash",
        "getcap -v", "getcap -r",
        "getcap -n", "getcap --", "getcap -- --", "getcap -", "getcap -v -", "getcap x -v a", "getcap x -- -v a",
        "getcap a -r d",
        "POSIXLY_CORRECT=1 getcap x -v a", "POSIXLY_CORRECT= getcap x -v a", "POSIXLY_CORRECT=1 getcap -v x -v a",
        "POSIXLY_CORRECT=1 getcap x -- a", "POSIXLY_CORRECT=1 getcap -- x -v", "POSIXLY_CORRECT=1 getcap x -h",
        "getcap -vr d", "getcap -rvn d", "getcap -vh", "getcap -hv x", "getcap x -h", "getcap -h -Z", "getcap -Z -h",
        "getcap -lh",
        "getcap -l x", "getcap -vZ x", "getcap -rZv x", "getcap --recursive d", "getcap -v- x", "getcap -r- x",
        "getcap -- -h",
        "getcap \"$(printf -- '-\\377')\"", "getcap \"$(printf -- '-\\n')\"", "getcap -: x", "getcap '-?' x",
        "getcap -W x",
        "getcap -v -v x", "getcap -n -n x y", "getcap -r -r d", "exec -a cat getcap -Z", "(exec -a 'o d' getcap -l)",
        // Single files.
        "getcap x", "getcap a", "getcap -v a", "getcap y", "getcap -n x y", "getcap -n y", "getcap em", "getcap -v em",
        "getcap link",
        "getcap -v link", "getcap -v d", "getcap d", "getcap -v fifo cdev", "getcap -v dang", "getcap dang",
        "getcap nonexist",
        "getcap nonexist x a", "getcap ''", "getcap 'sp ace'", "getcap -v /proc/self/status", "getcap a/b", "getcap x/",
        "getcap -v ld/", "getcap -v ld", "getcap -v link/", "getcap x x x", "getcap ./x ../template/x",
        "getcap -v /dev/null /dev/tty",
        "getcap noread/x nosearch/x", "getcap -v /proc/self/exe", "getcap $(printf '%0300d' 0)",
        "setcap -n 4294967294 =p c; getcap -n c", "setcap -n 2147483648 =p c; getcap -n c", "setcap 63=ep a; getcap a",
        "setcap '=ep 41+p' a; getcap a", "setcap '=p cap_chown+e' a; setcap =i b; getcap a b",
        "setcap =eip a; getcap a",
        "setcap 'cap_kill=i cap_chown=p' a; getcap a",
        "f=$(printf 'n\\377\\ne'); mv x \"$f\"; getcap \"$f\"; getcap -rv .|sort",
        // Walks.
        "getcap -r d", "getcap -rv d", "getcap -r d//", "getcap -r d//e", "getcap -r d/./e/", "getcap -rv ld/",
        "getcap -rv ld",
        "getcap -rv fifo cdev", "getcap -r x x d d", "getcap -rv .", "getcap -r .", "getcap -rv ./",
        "getcap -rv ../template/d",
        "getcap -rv . nonexist d", "getcap -rn .", "getcap -rvn . y", "getcap -r link dang", "getcap -rv dang",
        "getcap -r ''",
        "getcap -rv /proc/self/fdinfo | sed 's/[0-9]*$//' | sort -u", "getcap -r /proc/self/task/self 2>&1",
        "getcap -rv /dev/null",
        "mkdir -p m; for i in $(seq 700); do : >m/f$i; done; setcap =p m/f7 =i m/f400 =e m/f699; getcap -r m; getcap -rv m",
        "mkdir -p m; for i in $(seq 80); do mkdir -p m/d$i/s; : >m/d$i/s/f; done; setcap =p m/d7/s/f =i m/d40/s/f; getcap -rv m",
        "p=q; for i in $(seq 60); do p=$p/q; done; mkdir -p $p; touch $p/f; setcap =p $p/f; getcap -rv q; getcap -r q/q/q//",
        "mkdir e; rmdir d/e 2>/dev/null; getcap -rv e", "(getcap -rv . nonexist x) 2>&1 | sort",
        "(getcap nonexist x none2 a) 2>&1 | cat",
        "n=$(printf '%0200d' 0); for i in $(seq 60); do : >$n$i; done; (getcap -v $n* none $n* none2) 2>&1 | cat",
        "getcap -v $(printf 'x %.0s' $(seq 400)) none >o 2>&1; cat o",
        // Few descriptors, and many directories in each other; on kernels with and without openat2(2) and getxattrat(2).
        deep("prlimit --nofile=40 getcap -rv q"), deep("prlimit --nofile=64:64 getcap -r ."),
        deep("prlimit --nofile=40 old-kernel 437 getcap -rv q"), "prlimit --nofile=32 getcap -rv . | sort",
        deep("prlimit --nofile=40 old-kernel 437,464 getcap -rv q"),
        deep("prlimit --nofile=40 old-kernel 464 getcap -rv q"),
        // Output that nobody takes.
        "getcap x >/dev/full; echo $?", "getcap x >&-; echo $?", "getcap none 2>&-; echo $?",
        "getcap -r . >&- 2>&-; echo $?",
        "getcap -rv . <&- | sort",
    ]

    /// 300 directories in each other, each with a file behind the next directory.
    private static func deep(_ command: String) -> CapabilityCase {
        CapabilityCase(
            script: "p=q; mkdir q; for i in $(seq 300); do p=$p/q; mkdir $p; : >$p-f; done; touch $p/f; "
                + "setcap =p $p/f =i q/q-f; " + command
        )
    }
}
