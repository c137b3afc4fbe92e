// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportBroker

@Suite struct BrokerTrialTests {
    static let obstacles: [HelperObstacle] = [
        .missing, .notStarted(.permissionDenied), .ends(nil), .ends(.notPermitted), .noNewPrivileges, .boundingSet,
        .foreignNetwork, .userNamespace, .unmappedUser, .noSetUserID, .noPrivilege, .traced, .unexplained,
    ]
    static let trials: [BrokerTrial] =
        [.works(.beside), .works(.above), .fails(.nested), .fails(.foreignProc), .fails(.killed)]
        + [.fails(.yama(scope: 2)), .fails(.forbidden(.notPermitted)), .fails(.failure(.invalidArgument))]
        + obstacles.map { .fails(.helper($0)) }

    @Test func `what is written is what is read, and each answer is another`() {
        for trial in Self.trials { #expect(BrokerTrial(trial.byteString) == trial, "\(trial.byteString)") }
        #expect(Set(Self.trials.map { $0.byteString.description }).count == Self.trials.count)
    }

    @Test(
        arguments: [
            "", "beside 1", "above above", "yama", "forbidden", "failure x", "helper", "helper ends",
            "helper bounding-set 1", "helper nested", "helper forbidden 1", "no-proc 0", "yama 99999", "forbidden 01",
        ] as [ByteString]
    )
    func `nothing else is read`(_ line: ByteString) { #expect(BrokerTrial(line) == nil) }

    @Test func `an error of the supervisor that ended says that it was killed, and EBUSY that there is another`() {
        #expect(Broker.StartError(.brokenPipe) == .killed)
        #expect(Broker.StartError(.busy) == .nested)
        #expect(Broker.StartError(.noSpace) == .failure(.noSpace))
    }

    @Test func `what cannot be mended here has no hint, and everything else has one`() {
        let without = Self.trials.filter { trial in
            if case .fails(let error) = trial { return error.hint == nil }
            return false
        }
        let expected: [BrokerTrial] = [
            .fails(.helper(.notStarted(.permissionDenied))),
            .fails(.helper(.ends(nil))), .fails(.helper(.ends(.notPermitted))), .fails(.helper(.traced)),
            .fails(.helper(.unexplained)),
        ]
        #expect(without == expected)
    }
}
