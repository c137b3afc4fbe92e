// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
package import LowportPolicy

/// The subjects of `lowport explain`, in the order in which they are examined and shown: the only list of examiners.
///
/// The names are the subjects in the answer of `lowport explain --json`, and do not change.
/// Documentation/reference/json.md lists them.
package enum Subject: CaseIterable, Hashable, Sendable {
    /// The settings of the unit of systemd that starts the program.
    case unit
    /// The first unprivileged port.
    case threshold
    /// The capabilities that the process already has.
    case process
    /// The capabilities that every program inherits.
    case ambient
    /// The user namespace that the network belongs to.
    case namespace
    /// The process attribute `no_new_privs`.
    case noNewPrivileges
    /// The bounding set of the process.
    case boundingSet
    /// Whether the user may execute the program.
    case program
    /// System call filters.
    case seccomp
    /// Landlock and other security modules.
    case landlock
    /// Scripts, and the program that runs them.
    case script
    /// The capabilities of the program file.
    case file
    /// A permission source.
    case permission(PolicySource)
    /// The kernel engine.
    case kernel
    /// Whether the helper can bring a permission to the program.
    case delivery
    /// Other programs that are attached to the control group.
    case controlGroup
    /// Rules that confine the user under the kernel engine.
    case confinement
    /// The address.
    case address
    /// The sockets that have the port.
    case port
    /// A bind for a moment.
    case trial

    /// All subjects, in order.
    package static var allCases: [Subject] {
        [
            .unit, .threshold, .process, .ambient, .namespace, .noNewPrivileges, .boundingSet, .program, .seccomp,
            .landlock,
            .script, .file,
        ] + PolicySource.allCases.map { .permission($0) } + [
            .kernel, .delivery, .controlGroup, .confinement, .address, .port, .trial,
        ]
    }

    /// The name, as shown and as used in JSON.
    package var name: String {
        switch self {
        case .noNewPrivileges: "no_new_privs"
        case .boundingSet: "bounding set"
        case .delivery: "reach"
        case .controlGroup: "control group"
        case .permission(let source): source.traits.name.description
        case .unit, .threshold, .process, .ambient, .namespace, .program, .seccomp, .landlock, .script, .file, .kernel,
            .confinement, .address, .port, .trial:
            String(describing: self)
        }
    }

    /// The examiners, in the order of their subjects. A single examiner covers all permission sources.
    static var examiners: [any Examiner.Type] {
        allCases.filter { subject in
            if case .permission(let source) = subject { return source == PolicySource.allCases.first }
            return true
        }.map(\.examiner)
    }

    /// The examiner of the subject.
    var examiner: any Examiner.Type {
        switch self {
        case .unit: UnitExaminer.self
        case .threshold: ThresholdExaminer.self
        case .process: ProcessExaminer.self
        case .ambient: AmbientExaminer.self
        case .namespace: NamespaceExaminer.self
        case .noNewPrivileges: NoNewPrivilegesExaminer.self
        case .boundingSet: BoundingSetExaminer.self
        case .program: ProgramExaminer.self
        case .seccomp: SeccompExaminer.self
        case .landlock: LandlockExaminer.self
        case .script: ScriptExaminer.self
        case .file: FileExaminer.self
        case .permission: PolicyExaminer.self
        case .kernel: KernelExaminer.self
        case .delivery: DeliveryExaminer.self
        case .controlGroup: ControlGroupExaminer.self
        case .confinement: ConfinementExaminer.self
        case .address: AddressExaminer.self
        case .port: PortExaminer.self
        case .trial: TrialExaminer.self
        }
    }
}
