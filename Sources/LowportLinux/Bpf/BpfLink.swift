// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// A program attached to a control group or a tracepoint; it stays attached while a descriptor or a pin of the link exists.
package struct BpfLink: ~Copyable, Sendable {
    /// The descriptor of the link.
    package let descriptor: FileDescriptor

    /// Takes over an open descriptor of a link.
    package init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Attaches `program` to the directory `cgroup` of a cgroup v2 hierarchy, beside programs attached there.
    package init(
        _ program: borrowing BpfProgram,
        to cgroup: borrowing some Descriptor & ~Copyable,
        _ attachment: BpfAttachment
    ) throws(Errno) {
        let (program, cgroup) = (program.descriptor.rawValue, cgroup.rawValue)
        descriptor = FileDescriptor(
            owning: try valueOrErrno(.bpf) { clinux_bpf_link_create(program, cgroup, attachment.rawValue) }
        )
    }

    /// Attaches `program` to the tracepoint that it was loaded for.
    package init(atTracepointOf program: borrowing BpfProgram) throws(Errno) {
        let program = program.descriptor.rawValue
        descriptor = FileDescriptor(owning: try valueOrErrno(.bpf) { clinux_bpf_tracepoint_open(program) })
    }

    /// Atomically replaces the attached program: each bind meets either the old or the new one.
    package func replace(with program: borrowing BpfProgram) throws(Errno) {
        let (link, program) = (descriptor.rawValue, program.descriptor.rawValue)
        try nothingOrErrno(.bpf) { clinux_bpf_link_update(link, program) }
    }

    /// Detaches the program, whatever process holds the link or a pin of it: the link remains, without effect.
    ///
    /// Throws EINVAL before Linux 5.9.
    package func detach() throws(Errno) {
        let link = descriptor.rawValue
        try nothingOrErrno(.bpf) { clinux_bpf_link_detach(link) }
    }

    /// What a link is.
    package struct Status: Hashable, Sendable {
        /// Whether it attaches a program to a control group.
        package let isOfControlGroup: Bool
        /// The ID of the link.
        package let identifier: UInt32
        /// The ID of the program.
        package let program: UInt32
        /// Its attachment; nil for anything but a bind.
        package let attachment: BpfAttachment?
        /// The inode number of the control group's directory; 0 when the group is gone.
        package let cgroup: UInt64
    }

    /// Queries the link. Throws EINVAL if the descriptor is no link.
    package func status() throws(Errno) -> Status {
        let link = descriptor.rawValue
        var info = clinux_bpf_link()
        try nothingOrErrno(.bpf) { unsafe clinux_bpf_link_info(link, &info) }
        return Status(
            isOfControlGroup: info.type == BPF_LINK_TYPE_CGROUP.rawValue,
            identifier: info.identifier,
            program: info.program,
            attachment: BpfAttachment(rawValue: info.attach_type),
            cgroup: info.cgroup
        )
    }
}
