// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
    internal import Linux
#endif

/// The program getcap(8): prints the capabilities of files.
///
/// What it prints, and where it is silent, is what scripts know from libcap.
struct GetcapProgram: ~Copyable {
    private let commandLine: GetcapCommandLine
    private let kernel = KernelCapabilities.running
    private var output = BufferedOutput(.standardOutput)

    init(_ commandLine: GetcapCommandLine) { self.commandLine = commandLine }

    /// Looks at all files. There is no failure: what cannot be read is said, and the exit status is 0 all the same.
    mutating func run() {
        for file in commandLine.files {
            do {
                let status = try FileStatus(of: file, followLinks: false)
                if commandLine.isRecursive {
                    walk(file.withoutTrailingSlashes)
                } else if status.kind == .regular {
                    printCapabilities(of: file)
                } else {
                    printNotRegular(file)
                }
            } catch {
                complain("\(file) (\(error.message))\n")
            }
        }
        output.flush()
    }

    /// Looks at `file` and everything below it, a directory before what is in it, in the order of the directories.
    private mutating func walk(_ file: ByteString) {
        guard let status = try? FileStatus(of: file, followLinks: false) else { return printNotRegular(file) }
        switch status.kind {
        case .directory:
            printNotRegular(file)
            walkEntries(of: file)
        case .symbolicLink: printNotRegular(file)
        default: printCapabilities(of: file)
        }
    }

    private mutating func walkEntries(of folder: ByteString) {
        guard let directory = try? FileDescriptor.open(folder, [.readOnly, .directory, .noFollow]) else { return }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        var entries = DirectoryEntries()
        var names: [ByteString] = []
        while let more = try? entries.readBatch(of: directory), more {
            while let entry = entries.next() { names.append(entries.name(of: entry)) }
        }
        for name in names { walk(prefix + name) }
    }

    private mutating func printCapabilities(of file: ByteString) {
        do {
            guard let found = try FileCapabilities(ofFile: file) else {
                if commandLine.isVerbose { output.write("\(file)\n") }
                return
            }
            output.write("\(file) \(found.state.text(kernel: kernel))\(rootUser(of: found))\n")
        } catch {
            complain("Failed to get capabilities of file '\(file)' (\(error.message))\n")
        }
    }

    private func rootUser(of capabilities: FileCapabilities) -> ByteString {
        // -1 is no user, and 0 means that there is no namespace; the number is signed as the original prints it.
        let number = Int32(bitPattern: capabilities.rootUser.rawValue)
        return commandLine.printsRootUser && number != 0 && number != -1 ? " [rootid=\(number)]" : ""
    }

    private mutating func printNotRegular(_ file: ByteString) {
        if commandLine.isVerbose { output.write("\(file) (Not a regular file)\n") }
    }
}

extension ByteString {
    /// The path without slashes at its end; a path of slashes alone is `/`.
    fileprivate var withoutTrailingSlashes: ByteString {
        var path = bytes[...]
        while path.count > 1 && path.last == UInt8(ascii: "/") { path.removeLast() }
        return ByteString(path)
    }
}
