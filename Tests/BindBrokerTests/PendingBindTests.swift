// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportBroker

@Suite struct PendingBindTests {
    @Test(
        "Ports from 1 up to the first one for everybody need permission, the last port too",
        arguments: [
            (80, 1024, true), (1023, 1024, true), (1024, 1024, false), (0, 1024, false), (1, 0, false),
            (65535, 65536, true), (65535, 65535, false),
        ] as [(UInt16, UInt32, Bool)]
    )
    func needsPermission(port: UInt16, firstOpen: UInt32, expected: Bool) {
        let bind = PendingBind(descriptor: 3, address: SocketAddress(.v4(.any), Port(rawValue: port)))
        #expect(bind.needsPermission(firstOpen: firstOpen) == expected)
    }
}
