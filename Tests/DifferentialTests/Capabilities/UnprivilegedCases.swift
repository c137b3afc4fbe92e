// SPDX-License-Identifier: Apache-2.0

extension CapabilityCase {
    /// Command lines of users who may not do everything, and of processes that have been given some of root's rights.
    static let unprivileged: [CapabilityCase] = [
        "$NB setcap cap_kill=p x", "$NB setcap -r owned", "$NB setcap cap_kill=p owned", "$NB setcap foo=p x",
        "$NB setcap cap_kill=p", "$NB setcap =p nonexist", "$NB setcap =p link",
        "$NB setcap 'cap_kill=ep cap_mknod=p' x",
        "$NB setcap -n 0 =p x", "$NB setcap -v cap_net_raw=ep x", "$NB setcap -v cap_net_raw=ep nosearch/x",
        "$NB setcap -v = nosearch/x", "$NB setcap -v cap_dac_override=p noread/x", "$NB setcap -v cap_kill=p unread",
        "$NB setcap -v =p x =p x", "$NB setcap -v cap_net_raw=ep x =p x", "$NB setcap -h", "$NB setcap -r",
        "printf =p | $NB setcap - x",
        "$NB getcap unread", "$NB getcap x y", "$NB getcap -rv noread nosearch", "$NB getcap -v nosearch/x",
        "$NB getcap -rv . | sort",
        "$NB getcap -r /root", "$NB getcap -rv /root", "$NB getcap noread/x", "$NB getcap -v noread/y",
        "$NB getcap -r nosearch/",
        "chmod 0600 d; $NB getcap -rv d", "chmod 0 d; $NB getcap -rv d", "chmod 0444 d/e; $NB getcap -rv d",
        "setpriv --bounding-set=-setfcap setcap cap_kill=p a", "setpriv --bounding-set=-setfcap setcap -r x",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap cap_kill=p unread",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap -r unread",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap cap_kill=p nosearch/x",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap cap_kill=p noread/x",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap cap_kill=p nosearch",
        "setpriv --reuid=65534 --clear-groups --inh-caps=+setfcap --ambient-caps=+setfcap setcap cap_kill=p unread -r owned",
        "cp $(readlink -f $(which setcap)) s; chmod 755 s; setcap cap_setfcap=p s; $NB ./s cap_kill=p unread",
        "cp $(readlink -f $(which setcap)) s; chmod 755 s; setcap cap_kill=p s; $NB ./s cap_kill=p unread",
        "setpriv --no-new-privs setcap cap_kill=p a", "prlimit --nofile=4 setcap =p a",
    ]
}
