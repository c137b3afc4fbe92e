// SPDX-License-Identifier: Apache-2.0
import Foundation
import LowportLinux
import TestSupport
import Testing

/// `lowport metrics`, and what comes with it for Prometheus and Grafana.
@Suite(.enabled(if: Privilege.isRoot, "needs root")) struct MetricsTests: KernelSuite {
    private static let directory = "\(Release.repository)/Packaging/prometheus"

    /// A policy of which every metric has something to say, and binds of it.
    private static let prelude: ByteString = """
        printf 'allow user alice tcp 80 # "web" \\\\ \\nallow user bob tcp 90\\nallow user alice tcp 80\\n' > /etc/lowport/rules
        mkdir /etc/lowport/programs.d; echo nonsense > /etc/lowport/programs.d/x.programs
        P=/usr/local/bin; mount -t tmpfs -o mode=755 tmpfs $P; cp /usr/bin/env $P/a; cp /usr/bin/env $P/b
        lowport grant --program $P/a --keep -q 2> notes; lowport grant --program $P/b -q 2> notes; setcap -r $P/b
        enable; try_bind alice 127.0.0.1 80 > bound; try_bind alice 127.0.0.1 81 > bound; try_bind root 127.0.0.1 82 > bound

        """

    @Test("The metrics say what happened and how things are") func measures() async throws {
        expect(
            try await enforced(
                Self.prelude + """
                    lowport metrics | sed -e '/^# HELP/d' -e 's/\\(timestamp_seconds\\) [0-9]\\{10\\}$/\\1 T/' -e 's/="[0-9.]*"/="V"/'
                    echo '# more' >> /etc/lowport/rules; lowport metrics | grep '_stale [01]'
                    lowport enforce disable; lowport metrics --format prometheus | grep -E 'engine|binds'
                    """
            ),
            """
            # TYPE lowport_build_info gauge
            lowport_build_info{version="V"} 1
            # TYPE lowport_engine_enabled gauge
            lowport_engine_enabled 1
            # TYPE lowport_engine_faulty gauge
            lowport_engine_faulty 0
            # TYPE lowport_binds counter
            lowport_binds_total{outcome="allowed_by_rule"} 1
            lowport_binds_total{outcome="allowed_by_capability"} 1
            lowport_binds_total{outcome="allowed_as_unprivileged"} 0
            lowport_binds_total{outcome="refused"} 1
            lowport_binds_total{outcome="left_to_the_kernel"} 0
            # TYPE lowport_rule_binds counter
            lowport_rule_binds_total{file="/etc/lowport/rules",rule="allow user alice tcp 80"} 1
            lowport_rule_binds_total{file="/etc/lowport/rules",rule="allow user bob tcp 90"} 0
            # TYPE lowport_events_lost counter
            lowport_events_lost_total 0
            # TYPE lowport_policy_applied_timestamp_seconds gauge
            # UNIT lowport_policy_applied_timestamp_seconds seconds
            lowport_policy_applied_timestamp_seconds T
            # TYPE lowport_policy_stale gauge
            lowport_policy_stale 0
            # TYPE lowport_policy_applied_with_errors gauge
            lowport_policy_applied_with_errors 0
            # TYPE lowport_policy_errors gauge
            lowport_policy_errors{source="rules"} 0
            lowport_policy_errors{source="authbind"} 0
            lowport_policy_errors{source="programs"} 1
            # TYPE lowport_policy_entries gauge
            lowport_policy_entries{source="rules"} 3
            lowport_policy_entries{source="authbind"} 0
            lowport_policy_entries{source="programs"} 1
            # TYPE lowport_unprivileged_port_start gauge
            lowport_unprivileged_port_start 1024
            # TYPE lowport_program_has_capability gauge
            lowport_program_has_capability{program="/usr/local/bin/a"} 1
            lowport_program_has_capability{program="/usr/local/bin/b"} 0
            # EOF
            lowport_policy_stale 1
            # HELP lowport_engine_enabled Whether the kernel engine is enabled.
            # TYPE lowport_engine_enabled gauge
            lowport_engine_enabled 0
            # HELP lowport_engine_faulty Whether the state of the kernel engine is damaged, or a change of it was interrupted.
            # TYPE lowport_engine_faulty gauge
            lowport_engine_faulty 0

            """
        )
    }

    @Test("An engine that cannot be read is not one that is disabled") func tellsErrors() async throws {
        expect(
            try await enforced(
                """
                enable; pin=$(find /sys/fs/bpf/lowport -type f | sort | head -n 1); rm $pin
                status lowport metrics --output m; grep -E '^lowport_(engine|unprivileged)' m; cut -c 1-40 errors
                """
            ),
            """
            78
            lowport_engine_faulty 1
            lowport_unprivileged_port_start 1024
            lowport: /sys/fs/bpf/lowport is not comp
            hint: sudo lowport enforce disable

            """
        )
    }

    @Test("A file is replaced as a whole, also in a directory of another user") func replacesAFile() async throws {
        let outcome = try await Sandbox.run(
            """
            mkdir d; chown alice d; echo kept > target; ln -s ../target d/m.prom.new; ln -s ../target d/m.prom
            lowport metrics --output d/m.prom; cat target; stat -c '%a %F' d/m.prom; tail -n 1 d/m.prom; ls -A d
            lowport metrics --output /nonexistent/x || echo "status $?"; lowport metrics --output d || echo "status $?"
            as alice lowport metrics || echo "status $?"; ls -A d
            """
        )
        #expect(
            outcome.output == """
                kept
                644 regular file
                # EOF
                m.prom
                status 71
                status 71
                status 77
                m.prom

                """
        )
    }

    @Test(
        "promtool finds nothing to complain about",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "needs promtool")
    )
    func suitsPromtool() async throws {
        let outcome = try await enforced(
            Self.prelude + """
                lowport metrics --format prometheus > metrics; promtool check metrics < metrics 2>&1
                promtool check rules \(ByteString(Self.directory))/lowport.rules.yml 2>&1 | tail -n +2
                """
        )
        #expect(outcome.output == "  SUCCESS: 8 rules found\n\n", "\(outcome)")
    }

    /// The names of metrics in `text`.
    private func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\blowport_[a-z_]+/).map { String($0.output) })
    }

    @Test("Alerts, the dashboard and the manual know the metrics that there are") func namesAgree() async throws {
        let outcome = try await enforced(Self.prelude + "lowport metrics --format prometheus | grep -v '^#'")
        let measured = names(in: outcome.output.description)
        #expect(measured.count == 13)
        func content(_ path: String) throws -> String {
            try String(contentsOfFile: "\(Release.repository)/\(path)", encoding: .utf8)
        }
        for file in ["lowport.rules.yml", "lowport-dashboard.json"] {
            let used = names(in: try content("Packaging/prometheus/\(file)"))
            #expect(used.count > 5)
            #expect(used.subtracting(measured) == [], "\(file)")
        }
        #expect(names(in: try content("Documentation/man/lowport-metrics.8")) == measured)
        let dashboard = Data(try content("Packaging/prometheus/lowport-dashboard.json").utf8)
        let panels = (try JSONSerialization.jsonObject(with: dashboard) as? [String: Any])?["panels"] as? [Any]
        #expect(panels?.count == 9)
    }
}
