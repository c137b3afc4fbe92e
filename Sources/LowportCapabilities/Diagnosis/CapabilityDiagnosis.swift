// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// The diagnosis of the capabilities of one file: what they are, and warnings about them.
package struct CapabilityDiagnosis: Hashable, Sendable {
    /// The capabilities; nil if there are none, or if they cannot be read.
    package private(set) var capabilities: FileCapabilities?
    /// The warnings, the most serious first.
    package private(set) var warnings: [CapabilityWarning] = []

    /// Examines the regular file at `path`.
    /// - Parameters:
    ///   - path: the path of the file.
    ///   - followLinks: whether a symbolic link in the last component is followed.
    ///   - bounding: the capabilities that processes can have; capabilities outside it cause a warning.
    ///   - kernel: the capabilities that the kernel has.
    package init(
        ofFile path: ByteString,
        followLinks: Bool,
        bounding: CapabilitySet,
        kernel: KernelCapabilities
    ) throws(Errno) {
        let file = try FileDescriptor.open(path, followLinks ? .pathOnly : [.pathOnly, .noFollow])
        let status = try file.status()
        guard status.kind == .regular else { throw .invalidArgument }
        do {
            capabilities = try FileCapabilities(ofFile: file.magicPath)
        } catch {
            warnings.append(Self.reason(for: error, at: file.magicPath))
        }
        if capabilities == nil && warnings.isEmpty { return }
        if try file.fileSystem().ignoresPrivileges { warnings.append(.ignoredByMount) }
        if status.mode.rawValue & 0o111 == 0 { warnings.append(.notExecutable) }
        if Self.isScript(file) { warnings.append(.script) }
        if let capabilities { judge(capabilities, bounding: bounding, kernel: kernel) }
        if status.mode.isWritableByGroupOrOthers { warnings.append(.writableByOthers) }
        if status.owner != .root { warnings.append(.ownedByOrdinaryUser(status.owner)) }
    }

    private mutating func judge(_ capabilities: FileCapabilities, bounding: CapabilitySet, kernel: KernelCapabilities) {
        if capabilities.rootUser != .root { warnings.append(.limitedToNamespace(capabilities.rootUser)) }
        if capabilities.permitted.isEmpty {
            warnings.append(capabilities.inheritable.isEmpty ? .empty : .inheritableOnly)
        }
        let unknown = capabilities.permitted.union(capabilities.inheritable).subtracting(kernel.all)
        if !unknown.isEmpty { warnings.append(.unknownToKernel(unknown)) }
        let missing = capabilities.permitted.intersection(kernel.all).subtracting(bounding)
        if !missing.isEmpty {
            warnings.append(.outsideBoundingSet(missing, preventsExecution: capabilities.isEffective))
        }
    }

    private static func reason(for error: Errno, at path: ByteString) -> CapabilityWarning {
        if error == .valueTooLarge { return .foreign }
        let names = (try? attributeNames(of: path, followLinks: true)) ?? []
        return error == .invalidArgument && names.contains(.capability) ? .hidden : .unreadable(error)
    }

    /// Whether the file begins with `#!`. A file that cannot be read does not count as a script.
    private static func isScript(_ file: borrowing FileDescriptor) -> Bool {
        guard let opened = try? FileDescriptor.open(file.magicPath, [.readOnly, .nonBlocking]),
            let start = try? opened.read(upTo: 2)
        else { return false }
        return start.elementsEqual("#!".utf8)
    }
}

extension CapabilitySet {
    /// The capabilities that a process with the bounding set of this thread can have.
    package static var bounding: CapabilitySet {
        var set: CapabilitySet = []
        for capability in KernelCapabilities.running.all {
            if (try? CapabilityControls.isInBoundingSet(capability)) == true { set.insert(capability) }
        }
        return set
    }
}
