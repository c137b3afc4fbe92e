// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The features and settings of the kernel.
enum MachineHealth {
    static func findings() -> [HealthDiagnostic] {
        [threshold(), bpf(), controlGroups(), engine(), attributes(), securityModules()].compactMap(\.self)
    }

    private static func threshold() -> HealthDiagnostic {
        guard let first = (try? PortThreshold.shown) ?? nil else {
            return HealthDiagnostic(
                "threshold",
                .note,
                "the kernel does not say which ports are privileged; taken for 1024"
            )
        }
        if first == PortThreshold.standard {
            return HealthDiagnostic("threshold", .ok, "ports below 1024 are privileged")
        }
        return HealthDiagnostic(
            "threshold",
            .note,
            "ports below \(first) are privileged; every user may bind the others",
            remedy: "sudo sysctl \(PortThreshold.key)=1024"
        )
    }

    /// What the kernel engine needs besides bpf(2).
    private static func controlGroups() -> HealthDiagnostic {
        // Control groups are at /sys/fs/cgroup, or at another place if version 1 is in use as well.
        let mounts = (try? FileDescriptor.open("/proc/self/mounts", .readOnly).readToEnd(limit: 16 << 20)) ?? []
        let isThere = ByteString(mounts).split(on: 0x0A).contains { line in
            let fields = line.split(on: 0x20)
            return fields.count > 2 && fields[2] == "cgroup2"
        }
        return isThere
            ? HealthDiagnostic("kernel", .ok, "programs can be attached to control groups")
            : HealthDiagnostic(
                "kernel",
                .note,
                "there are no control groups of version 2, so that lowport enforce has nothing to attach to"
            )
    }

    /// The current state of the kernel engine.
    private static func engine() -> HealthDiagnostic? {
        switch KernelEngineState.current(for: nil) {
        case .off: nil
        case .elsewhere:
            HealthDiagnostic(
                "kernel",
                .note,
                "lowport enforce is enabled for another control group or network namespace"
            )
        case .outdated:
            HealthDiagnostic(
                "kernel",
                .error,
                "the policy changed since the kernel got it",
                remedy: "sudo lowport enforce reload"
            )
        case .holds(isComplete: true): HealthDiagnostic("kernel", .ok, "the kernel engine holds programs to the policy")
        case .holds(isComplete: false):
            HealthDiagnostic(
                "kernel",
                .note,
                "the kernel engine knows the policy but for a part of it; lowport enforce reload says which"
            )
        }
    }

    private static func attributes() -> HealthDiagnostic {
        KernelFeatures.hasAttributesAt
            ? HealthDiagnostic("getxattrat", .ok, "getcap reads attributes without opening files")
            : HealthDiagnostic("getxattrat", .note, "the kernel lacks it (6.13); getcap -r opens every file instead")
    }

    private static func bpf() -> HealthDiagnostic {
        // By `SO_NETNS_COOKIE`, without which lowport enforce does nothing.
        if (try? networkNamespaceCookie()) == nil {
            return HealthDiagnostic(
                "kernel",
                .note,
                "the kernel cannot tell network namespaces apart, as lowport enforce needs it (Linux 5.14)"
            )
        }
        do throws(Errno) {
            try KernelFeatures.tryBpf()
            return HealthDiagnostic("kernel", .ok, "programs can be loaded into the kernel")
        } catch  where error == .notPermitted {
            return HealthDiagnostic(
                "kernel",
                .note,
                "only root can tell whether programs can be loaded into the kernel"
            )
        } catch {
            return HealthDiagnostic("kernel", .note, "programs cannot be loaded into the kernel: \(error.sentence)")
        }
    }

    private static func securityModules() -> HealthDiagnostic? {
        content(of: "/sys/kernel/security/lsm").map {
            HealthDiagnostic("security", .note, "security modules: \(ByteString($0))")
        }
    }

    private static func content(of path: ByteString) -> String? {
        guard let bytes = try? FileDescriptor.open(path, .readOnly).readToEnd(limit: 4096) else { return nil }
        return String(decoding: bytes.filter { $0 != 0x0A }, as: UTF8.self)
    }
}
