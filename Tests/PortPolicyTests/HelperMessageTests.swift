// SPDX-License-Identifier: Apache-2.0
import LowportHelperProtocol
import LowportLinux
import LowportPolicy
import Testing

/// The messages between the broker and the helper, and the line that the log gets.
@Suite struct HelperMessageTests {
    @Test("A call is not refused with a negative error") func aCallIsNotRefusedWithANegativeError() {
        var bytes = [UInt8](repeating: 0, count: ForwardedCall.size)
        #expect(ForwardedCall(bytes)?.bytes == bytes)
        bytes[3] = 13
        #expect(ForwardedCall(bytes)?.refusal == .permissionDenied)
        bytes[0] = 0x80
        #expect(ForwardedCall(bytes) == nil)
    }

    @Test(
        "Requests come back",
        arguments: ["127.0.0.1", "0.0.0.0", "::1", "fe80::1", "::ffff:192.0.2.1"] as [ByteString]
    )
    func requestsComeBack(address: ByteString) throws {
        let address = try #require(IPAddress(address))
        var scope: UInt32 = 0
        if case .v6 = address { scope = 4_000_000_000 }
        let request = HelperRequest(
            address: SocketAddress(address, Port(rawValue: 0xABCD), scope: scope),
            thread: 0x1234_5678
        )
        #expect(request.bytes.count == HelperRequest.size)
        #expect(HelperRequest(request.bytes) == request)
    }

    @Test("Requests have one spelling") func requestsHaveOneSpelling() throws {
        let address = SocketAddress(.v4(IPv4Address(rawValue: 0x7F00_0001)), Port(rawValue: 80))
        let bytes = HelperRequest(address: address, thread: 1).bytes
        #expect(HelperRequest(Array(bytes.dropLast())) == nil)
        #expect(HelperRequest(bytes + [0]) == nil)
        for (index, value) in [(0, 2), (1, 5), (7, 1), (20, 1), (27, 1)] as [(Int, UInt8)] {
            var changed = bytes
            changed[index] = value
            #expect(HelperRequest(changed) == nil, "byte \(index)")
        }
    }

    @Test("Calls that are passed on come back") func callsThatArePassedOnComeBack() throws {
        let call = Notification(
            identifier: 0xFEDC_BA98_7654_3210,
            thread: 4711,
            architecture: 0xC000_003E,
            number: 49,
            arguments: [3, .max, 16, 0, 1 << 63, 7]
        )
        for refusal in [nil, .permissionDenied] as [Errno?] {
            let message = ForwardedCall(call, refusal: refusal).bytes
            #expect(message.count == ForwardedCall.size)
            let read = try #require(ForwardedCall(message))
            #expect(read.refusal == refusal)
            #expect(read.notification.identifier == call.identifier && read.notification.thread == 4711)
            #expect(read.notification.architecture == call.architecture && read.notification.number == 49)
            #expect(read.notification.arguments == call.arguments)
            #expect(ForwardedCall(message + [0]) == nil && ForwardedCall(Array(message.dropLast())) == nil)
        }
    }

    @Test("Orders have one spelling") func ordersHaveOneSpelling() {
        for order in [.listen, .resume] as [HelperOrder] { #expect(HelperOrder(order.bytes) == order) }
        for bytes in [[], [0], [1], [4], [2, 2]] as [[UInt8]] { #expect(HelperOrder(bytes) == nil) }
    }

    @Test("Replies come back", arguments: [.bound, .refused(.notPermitted), .failed(.addressInUse)] as [HelperReply])
    func repliesComeBack(reply: HelperReply) { #expect(HelperReply(reply.bytes) == reply) }

    @Test(
        "What is no reply is refused",
        arguments: [
            [], [0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0], [2, 0xFF, 0, 0, 0], [3, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func refusesWhatIsNoReply(bytes: [UInt8]) { #expect(HelperReply(bytes) == nil) }

    @Test("The log has one line for each decision") func theLogHasOneLineForEachDecision() throws {
        let address = SocketAddress(.v4(.any), Port(rawValue: 80))
        let request = BindRequest(
            user: UserID(rawValue: 1001),
            groups: [],
            transport: .tcp,
            address: address.address,
            port: address.port
        )
        func decision(_ rules: RuleSet) -> Decision {
            Decision([
                rules.answer(to: request, now: Timestamp(rawValue: 0), names: SystemNames()),
                MemoryTree().answer(to: request),
            ])
        }
        func line(_ event: DecisionLog.Event, _ decision: Decision) -> ByteString {
            DecisionLog.line(
                event,
                decision,
                request,
                address: address,
                program: "a\nb\u{1B}[2Jc",
                process: 7
            )
        }
        #expect(
            line(.refused, decision(RuleSet())) == """
                refused uid 1001 (program "a\\x0ab\\x1b\\x5b2Jc", pid 7) tcp 0.0.0.0:80: operation not permitted (byuid/1001)
                """
        )
        let rules = RuleSet([
            RulesFile(path: "/etc/lowport/rules", content: ("allow uid 1001 tcp 80\n" as ByteString).bytes)
        ])
        let allowed = decision(rules)
        let words: ByteString = """
            uid 1001 (program "a\\x0ab\\x1b\\x5b2Jc", pid 7) tcp 0.0.0.0:80 by /etc/lowport/rules:1
            """
        #expect(line(.allowed, allowed) == "allowed " + words)
        #expect(line(.bound, allowed) == "bound " + words)
        #expect(line(.failed(.addressInUse), allowed) == "failed " + words + ": address already in use")
    }
}
