// SPDX-License-Identifier: Apache-2.0
import Linux
import PortPolicy
import Testing

/// The helper's command line, in the spelling of a little-endian machine, the only kind that Swift runs on.
@Suite struct AuthbindArgumentsTests {
    @Test(arguments: [
        (["0100007f", "5100"], "127.0.0.1:81"), (["0100007F", "5100"], "127.0.0.1:81"),
        (["00000000", "ff03"], "0.0.0.0:1023"),
        (["00000000000000000000000000000001", "5100", "6"], "[::1]:81"),
        (["fe800000000000000000000000000001", "0050", "6%2"], "[fe80::1%2]:20480"),
        (["fe800000000000000000000000000001", "5100", "6%4294967295"], "[fe80::1%4294967295]:81"),
    ])
    func reads(arguments: [String], address: String) throws {
        let words = arguments.map { ByteString($0) }
        let read = try #require(HelperArguments.address(from: words))
        #expect(read.byteString == ByteString(address))
        #expect(
            HelperArguments.arguments(for: read).map { $0.description.lowercased() }
                == arguments.map { $0.lowercased() }
        )
    }

    @Test(
        arguments: [
            [], ["0100007f"], ["0100007f", "5100", "6"], ["0100007f", "5100", "4"], ["0100007f", "5100", ""],
            ["", "5100"],
            ["0100007f", ""], [" 100007f", "5100"], ["0x00007f", "5100"], ["0100007f", "0x51"], ["0100007f", "05100"],
            ["0100007f0", "5100"], ["010000-1", "5100"], ["0100007g", "5100"], ["0100007f", "5100", "6", "6"],
            ["00000000000000000000000000000001", "5100"], ["00000000000000000000000000000001", "5100", "6%"],
            ["00000000000000000000000000000001", "5100", "6%0"], ["00000000000000000000000000000001", "5100", "6%02"],
            ["00000000000000000000000000000001", "5100", "6%-1"],
            ["00000000000000000000000000000001", "5100", "6%4294967296"],
            ["00000000000000000000000000000001", "5100", "6%lo"], ["000000000000000000000000000000011", "5100", "6"],
        ] as [[String]]
    )
    func refuses(arguments: [String]) {
        #expect(HelperArguments.address(from: arguments.map { ByteString($0) }) == nil)
    }
}
