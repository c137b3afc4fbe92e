// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The file capabilities that the helper is installed with.
enum HelperPrivilege {
    /// The capabilities in the text form of capability-text(7).
    static let text: ByteString = "cap_dac_read_search,cap_setpcap,cap_net_bind_service=p"
}
