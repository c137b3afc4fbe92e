// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportBroker

@Suite struct ReaperReportTests {
    @Test func `what is written is what is read, and nothing else is read`() {
        let reports: [ReaperReport] = [
            .started(program: 4_194_303, reaper: 1), .changed(.exited(status: 255)), .changed(.killed(signal: 64)),
            .changed(.stopped(signal: 20)), .changed(.continued),
        ]
        for report in reports { #expect(ReaperReport(report.bytes) == report) }
        #expect(ReaperReport([5] + [UInt8](repeating: 0, count: 8)) == nil)
        #expect(ReaperReport([1, 0, 0, 0]) == nil && ReaperReport([]) == nil)
    }
}
