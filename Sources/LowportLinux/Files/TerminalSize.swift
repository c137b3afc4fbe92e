// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

extension Descriptor where Self: ~Copyable {
    /// The columns of the terminal; nil if this is none. A terminal that reports no size has 80.
    ///
    /// The corresponding system call is ioctl(2) with `TIOCGWINSZ`.
    package var terminalColumns: Int? {
        let columns = clinux_terminal_columns(rawValue)
        return columns < 0 ? nil : columns == 0 ? 80 : Int(columns)
    }
}
