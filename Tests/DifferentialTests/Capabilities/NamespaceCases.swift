// SPDX-License-Identifier: Apache-2.0

extension CapabilityCase {
    /// Command lines in user namespaces, and on kernels with another number of capabilities.
    static let namespaces: [CapabilityCase] = [
        "unshare -r setcap cap_net_raw=ep a; getcap -n a", "unshare -r setcap -n 5 cap_net_raw=ep a; getcap -n a",
        "unshare -r setcap -v cap_net_raw=ep x", "unshare -r getcap -n x y em", "unshare -r setcap -r x",
        "chown 100000:100000 a; in-userns 100000 setcap cap_net_raw=ep a; getcap -n a; in-userns 100000 getcap -n a",
        "chown 100000:100000 a; in-userns 100000 setcap -n 5 =p a; getcap -n a; in-userns 100000 getcap -n a",
        "chown 100000:100000 a; in-userns 100000 setcap -n 5000 =p a", "in-userns 100000 setcap =p a",
        "in-userns 100000 setcap -r x", "in-userns 100000 getcap -n x y em", "in-userns 100000 getcap -rvn d",
        "chown 100000:100000 a; setcap -n 200000 =p a; in-userns 100000 getcap -v a; in-userns 100000 setcap -v = a",
        "chown 100000:100000 a; setcap -n 200000 =p a; in-userns 100000 setcap -v =p a; in-userns 100000 setcap -r a",
        "chown 100000:100000 a; setcap -n 100007 =p a; in-userns 100000 getcap -n a; in-userns 100000 setcap -v -n 7 =p a",
        "setcap -n 200000 =p d/e/z; in-userns 100000 getcap -r d; in-userns 100000 getcap -rv .|sort",
        "unshare -r unshare -r setcap =p a", "$NB unshare -r setcap =p owned; getcap -n owned",
        "$NB unshare -r setcap =p a", "$NB unshare -r getcap -n x y",
        // Other kernels.
        "few-capabilities 38 setcap =ep a", "few-capabilities 38 setcap 'all=ep 38+p' a",
        "few-capabilities 38 setcap 'cap_bpf=p' a", "setcap =ep a; few-capabilities 38 getcap a",
        "setcap 'cap_bpf=p' a; few-capabilities 38 getcap a", "few-capabilities 32 setcap 32=ep a",
        "few-capabilities 32 setcap 32=ep a; few-capabilities 32 getcap a", "few-capabilities 1 setcap =p a",
        "few-capabilities 0 setcap =p a", "few-capabilities 64 setcap =p a", "few-capabilities 63 setcap =p a",
        "setcap =p a; few-capabilities 2 getcap a y", "setcap =p a; few-capabilities 64 getcap a y",
        "few-capabilities 20 setcap -v =ep d/e/z",
    ]
}
