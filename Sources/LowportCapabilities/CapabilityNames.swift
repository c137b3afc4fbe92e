// SPDX-License-Identifier: Apache-2.0
public import LowportLinux

extension Capability {
    /// Creates the capability with the name `name`, such as `cap_net_bind_service`, in upper or lower case; nil if
    /// there is none.
    public init?(named name: ByteString) {
        guard let number = Self.shortNames.firstIndex(where: { Self.isName(name.bytes[...], shortName: $0) }) else {
            return nil
        }
        self.init(number: UInt8(truncatingIfNeeded: number))
    }

    private static func isName(_ bytes: ArraySlice<UInt8>, shortName: String) -> Bool {
        bytes.count == 4 + shortName.utf8.count
            && bytes.prefix(4).elementsEqual("cap_".utf8) { $0.lowercased == $1 }
            && bytes.dropFirst(4).elementsEqual(shortName.utf8) { $0.lowercased == $1 }
    }

    /// The names, in the order of the numbers, without the common prefix `cap_`.
    static let shortNames: [String] = [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore",
    ]
}

extension Capability: ByteStringConvertible {
    /// The name, such as `cap_net_bind_service`, or the decimal number if there is no name, as in cap_to_name(3).
    package var byteString: ByteString {
        let number = Int(rawValue)
        return number < Self.shortNames.count ? "cap_\(Self.shortNames[number])" : ByteString(decimal: rawValue)
    }
}

extension UInt8 {
    /// The byte, with an ASCII capital letter converted to lower case.
    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
