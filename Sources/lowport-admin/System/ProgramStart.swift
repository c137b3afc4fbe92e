// SPDX-License-Identifier: Apache-2.0
internal import Capabilities
internal import Diagnosis
internal import Launch
internal import Linux

/// What keeps a program from its capabilities, or from starting at all, once its file has them.
enum ProgramStart {
    /// The obstacles, one sentence each, as far as this process can see them.
    /// - Parameters:
    ///   - path: the path of the file, without symbolic links.
    ///   - permitted: the capabilities that the file has, or is about to get; they are effective as well.
    static func obstacles(to path: ByteString, permitted: CapabilitySet) -> [ByteString] {
        guard let file = try? FileDescriptor.open(path, [.pathOnly, .noFollow]), let status = try? file.status() else {
            return []
        }
        var warnings: [CapabilityWarning] = []
        let fileSystem = try? file.fileSystem()
        if fileSystem?.ignoresPrivileges == true { warnings.append(.ignoredByMount) }
        if status.mode.rawValue & 0o111 == 0 { warnings.append(.notExecutable) }
        let start = try? FileDescriptor.open(path, [.readOnly, .nonBlocking]).read(upTo: ProgramImage.prefixLength)
        if let start, start.starts(with: "#!".utf8) { warnings.append(.script) }
        let missing = permitted.intersection(KernelCapabilities.running.all).subtracting(.bounding)
        if !missing.isEmpty { warnings.append(.outsideBoundingSet(missing, preventsExecution: true)) }
        // The file may have other capabilities, of which there is more to say.
        let diagnosis = try? CapabilityDiagnosis(
            ofFile: path,
            followLinks: false,
            bounding: .bounding,
            kernel: .running
        )
        warnings += (diagnosis?.warnings ?? []).filter { !warnings.contains($0) }

        var obstacles = warnings.map(\.byteString)
        if fileSystem?.forbidsExecution == true {
            obstacles.append("the file system is mounted noexec: nothing can be executed there")
        }
        if let start, ProgramImage(start) == .unknown, !start.starts(with: "#!".utf8) {
            obstacles.append("the file is not a program that the kernel can execute")
        }
        return obstacles + ofLoader(path)
    }

    /// What the dynamic loader lacks, which a program with capabilities starts in secure-execution mode (ld.so(8)).
    private static func ofLoader(_ path: ByteString) -> [ByteString] {
        if let interpreter = SecureStart.missingInterpreter(ofProgramAt: path) {
            return ["its interpreter \(interpreter) does not exist: execve fails with \"no such file or directory\""]
        }
        let libraries = SecureStart.missingLibraries(ofProgramAt: path)
        if libraries.isEmpty { return [] }
        return [
            "with capabilities, the program does not start: its loader then ignores $ORIGIN and LD_LIBRARY_PATH, and does not find \(ByteString(joining: libraries, with: ", "))"
        ]
    }
}
