// SPDX-License-Identifier: Apache-2.0
internal import CLinux

/// A program attached to a control group; it stays attached as long as a descriptor or a pin of the link is there.
public struct BpfLink: ~Copyable, Sendable {
    /// The descriptor of the link.
    public let descriptor: FileDescriptor

    /// Takes the link of an open descriptor.
    public init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    /// Attaches `program` to the directory `cgroup` of a hierarchy of version 2, beside whatever is attached there.
    public init(
        _ program: borrowing BpfProgram,
        to cgroup: borrowing some Descriptor & ~Copyable,
        _ attachment: BpfAttachment
    ) throws(Errno) {
        let (program, cgroup) = (program.descriptor.rawValue, cgroup.rawValue)
        descriptor = FileDescriptor(
            owning: try valueOrErrno(.bpf) { clinux_bpf_link_create(program, cgroup, attachment.rawValue) }
        )
    }

    /// Puts `program` in the place of the attached one, at once: each bind meets the one or the other.
    public func replace(with program: borrowing BpfProgram) throws(Errno) {
        let (link, program) = (descriptor.rawValue, program.descriptor.rawValue)
        try nothingOrErrno(.bpf) { clinux_bpf_link_update(link, program) }
    }

    /// Detaches the program, whatever process holds the link or a pin of it: the link stays without effect.
    ///
    /// Throws EINVAL before Linux 5.9.
    public func detach() throws(Errno) {
        let link = descriptor.rawValue
        try nothingOrErrno(.bpf) { clinux_bpf_link_detach(link) }
    }

    /// What a link is.
    public struct Status: Hashable, Sendable {
        /// Whether it attaches a program to a control group.
        public let isOfControlGroup: Bool
        /// The number of the link.
        public let identifier: UInt32
        /// The number of the program.
        public let program: UInt32
        /// Where it is attached; nil for anything but a bind.
        public let attachment: BpfAttachment?
        /// The inode number of the control group's directory; 0 when the group is gone.
        public let cgroup: UInt64
    }

    /// What the kernel says of the link. Throws EINVAL if the descriptor is no link.
    public func status() throws(Errno) -> Status {
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
