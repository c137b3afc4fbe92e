// SPDX-License-Identifier: Apache-2.0

extension CapabilityCase {
    /// Command lines on other file systems, and on attributes that no program here can write.
    static let fileSystems: [CapabilityCase] = [
        "mkdir m; unshare -m sh -c 'mount -t tmpfs t m && cd m && touch a && setcap cap_kill=ep a && getcap -n a; setcap -r a; getcap -v a'",
        "mkdir m; unshare -m sh -c 'mount -t ramfs r m && cd m && touch a && setcap =p a; setcap -r a; getcap a; getcap -v a; setcap -v = a'",
        "mkdir m; unshare -m sh -c 'mount -t ramfs r m && cd m && mkdir d && touch a d/b && getcap -r .; getcap -rv .|sort'",
        "mkdir m; unshare -m sh -c 'mount -t proc p m && setcap =p m/version; setcap -r m/version; getcap -v m/version m/1'",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs t m && touch m/a && setcap =p m/a && mount -o remount,ro m && setcap =i m/a; setcap -r m/a; getcap m/a'",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs -o nosuid t m && touch m/a && setcap =p m/a; getcap -r m'",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs t m && cd m && mkdir l u w o && touch l/a l/b && setcap =i l/b && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w o && setcap =p o/a && setcap -r o/b; getcap -rv l o u|sort'",
        "mkdir m; unshare -m sh -c 'mount -t tmpfs t m && touch m/a && setcap =p m/a; getcap -rv . | sort'",
        "mkdir m; unshare -m sh -c 'mount --bind d m; getcap -r m d; setcap =p m/e/z; getcap -r .|sort'",
        "mkdir m; unshare -m sh -c 'mount --bind x a; setcap =i a; getcap a'",
        "unshare -m sh -c 'mount --bind x a; mount -o remount,bind,ro a; setcap =i a; setcap -r a'",
        "touch i; chattr +i i && setcap =p i; setcap -r i; chattr -i i",
        "touch i; setcap =p i; chattr +i i && setcap -r i; chattr -i i",
        "touch i; chattr +a i && setcap =p i; chattr -a i",
        "on-image getcap -v v1 odd v4 short plain", "on-image getcap -rvn . 2>&1 | sort",
        "on-image getcap -r . 2>&1 | sort",
        "on-image setcap -v = v1 = odd = v4 = short", "on-image setcap -v =p v1",
        "on-image setcap -r v1 -r odd -r v4 -r short -r plain",
        "on-image sh -c 'setcap -r v1 -r odd; getcap -v v1 odd'", "on-image sh -c 'setcap =p v1 =p v4; getcap v1 v4'",
        "on-image sh -c 'setfattr -n security.capability -v \"\" plain; getcap plain'",
        "setfattr -n user.x -v y a; getcap -v a; setcap =p a; getfattr -n user.x a",
        "truncate -s 4G a; setcap =p a; getcap a",
        // Without /proc.
        "unshare -m sh -c 'umount -l /proc; setcap =p a -r x; getcap -r . | sort'",
        "unshare -m sh -c 'umount -l /proc; setcap =p link; setcap -r a; setcap -r unread; setcap -v =i a'",
        // Kernels before Linux 6.13, and containers that forbid unshare(2) beside.
        "old-kernel 464 getcap -r .", "old-kernel 464 getcap -rv .", "old-kernel 464,272 getcap -rvn .",
        "old-kernel 464 $NB getcap -rv noread nosearch d", "chmod 0444 d/e; old-kernel 464 $NB getcap -rv d",
        "old-kernel 464,272 $NB getcap -rv noread nosearch d", "old-kernel 464 getcap -r d x nonexist ./d/e/ 2>&1",
        "old-kernel 464 getcap -rv d noread ./d/e nosearch . d/e ./d",
        "old-kernel 464,272 getcap -rv d noread ./d/e nosearch .",
        "old-kernel 464 getcap -r /usr/lib | cat", "old-kernel 464,272 getcap -r /usr/lib | cat",
        "old-kernel 464 unshare -m sh -c 'umount -l /proc; getcap -rv d'",
    ]
}
