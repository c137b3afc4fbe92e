// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The program getcap(8): prints the capabilities of files.
///
/// The output, and the cases without output, are those that scripts know from libcap, unless a long option asks for
/// more.
struct GetcapProgram: ~Copyable {
    private let commandLine: GetcapCommandLine
    private let kernel = KernelCapabilities.running
    private var report: GetcapReport
    private var audit: CapabilityAudit?
    private var saved: [SavedCapabilities] = []
    /// Whether a file may have capabilities that are not in `saved`.
    private var missesCapabilities = false

    init(_ commandLine: GetcapCommandLine) {
        self.commandLine = commandLine
        report = GetcapReport(commandLine, kernel: kernel)
        if commandLine.audits { audit = CapabilityAudit(kernel: kernel) }
    }

    /// Examines all files, and returns the exit status: 0 whatever was found, unless a long option makes the findings
    /// count.
    mutating func run() -> Int32 {
        var options = WalkOptions()
        options.tellsEverything = commandLine.isVerbose
        options.staysOnFileSystem = commandLine.staysOnFileSystem
        options.skipsRemoteFileSystems = commandLine.skipsRemoteFileSystems
        if commandLine.isRecursive {
            DescriptorLimit.raise(to: 4200)
            walk(options)
        } else {
            look(options)
        }
        report.finish()
        var failed = commandLine.isStrict && report.isIncomplete || audit?.foundWarnings == true
        if let file = commandLine.saveFile {
            do {
                try SavedCapabilities.text(of: saved).replaceFile(file)
                if missesCapabilities { failed = true }
            } catch {
                printError("getcap: cannot save to '\(file)': \(error.text)\n")
                failed = true
            }
        }
        return failed ? 1 : 0
    }

    private mutating func look(_ options: WalkOptions) {
        for file in commandLine.files {
            do {
                if try FileStatus(of: file, followLinks: false).kind != .regular {
                    report(WalkFinding(.notFile, at: file))
                } else if let finding = FileCapabilityWalk.look(at: file, options) {
                    report(finding)
                }
            } catch {
                report.reportMissing(file, error)
            }
        }
    }

    private mutating func walk(_ options: WalkOptions) {
        var walk = FileCapabilityWalk(options)
        var progress = WalkProgress(isWanted: commandLine.showsProgress)
        for file in commandLine.files {
            do {
                _ = try FileStatus(of: file, followLinks: false)
                walk.run(file, onProgress: { progress.show($0) }) { finding in
                    progress.clear()
                    report(finding)
                }
            } catch {
                report.reportMissing(file, error)
            }
        }
        progress.clear()
    }

    private mutating func report(_ finding: WalkFinding) {
        if case .unreadable = finding.kind { missesCapabilities = true }
        if commandLine.saveFile != nil, case .capabilities(let capabilities) = finding.kind {
            do throws(Errno) {
                let entry = try SavedCapabilities(ofFile: finding.path)
                // Another file has replaced the examined one: the report would mix two files.
                guard entry.capabilities == capabilities else { throw .staleFile }
                saved.append(entry)
            } catch {
                return report(WalkFinding(.unreadable(error), at: finding.path))
            }
        }
        if let diagnosis = audit?.diagnose(finding) {
            report.report(diagnosis, of: finding.path)
        } else {
            report.report(finding)
        }
    }
}

/// The audit of `--audit`: warnings about the capabilities that are found.
struct CapabilityAudit {
    private let kernel: KernelCapabilities
    private let bounding = CapabilitySet.bounding

    /// Whether there was a warning.
    private(set) var foundWarnings = false

    init(kernel: KernelCapabilities) { self.kernel = kernel }

    /// The diagnosis of a file whose capabilities were found or cannot be read.
    mutating func diagnose(_ finding: WalkFinding) -> CapabilityDiagnosis? {
        switch finding.kind {
        case .capabilities, .unreadable: break
        default: return nil
        }
        let diagnosis = try? CapabilityDiagnosis(
            ofFile: finding.path,
            followLinks: false,
            bounding: bounding,
            kernel: kernel
        )
        if diagnosis?.warnings.isEmpty == false { foundWarnings = true }
        return diagnosis
    }
}

/// The line on a terminal that shows the progress of a long walk.
struct WalkProgress {
    private let isWanted: Bool
    private var next = Instant.now + .seconds(1)
    private var isShown = false

    /// - Parameter isWanted: whether `--progress` was given; without a terminal nothing is shown anyway.
    init(isWanted: Bool) { self.isWanted = isWanted && InheritedDescriptor.standardError.isTerminal }

    /// Shows the number of entries that were examined, after a second and then five times a second.
    mutating func show(_ count: Int) {
        guard isWanted, next < Instant.now else { return }
        next = Instant.now + Milliseconds(rawValue: 200)
        isShown = true
        printError("\r\(count) files\u{1B}[K" as Message)
    }

    /// Removes the line, so that other output can be printed.
    mutating func clear() {
        if isShown { printError("\r\u{1B}[K") }
        isShown = false
    }
}
