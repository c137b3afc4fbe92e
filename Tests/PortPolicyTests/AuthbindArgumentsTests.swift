// SPDX-License-Identifier: Apache-2.0
import LowportHelperProtocol
import LowportLinux
import LowportPolicy
import Testing

/// The helper's command line, in the spelling of a little-endian machine, the only kind that Swift runs on.
@Suite struct AuthbindArgumentsTests {
    @Test(
        "The command line of the helper is an address",
        arguments: [
            (["0100007f", "5100"], "127.0.0.1:81"), (["0100007F", "5100"], "127.0.0.1:81"),
            (["00000000", "ff03"], "0.0.0.0:1023"),
            (["00000000000000000000000000000001", "5100", "6"], "[::1]:81"),
            (["fe800000000000000000000000000001", "0050", "6%2"], "[fe80::1%2]:20480"),
            (["fe800000000000000000000000000001", "5100", "6%4294967295"], "[fe80::1%4294967295]:81"),
        ]
    )
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
        "Numbers are read as strtoul(3) reads them",
        arguments: [
            (["", ""], "0.0.0.0:0"), ([" \t0100007f", " 5100"], "127.0.0.1:81"),
            (["0x100007f", "0X5100"], "127.0.0.1:81"),
            (["+100007f", "+0x5100"], "127.0.0.1:81"), (["7f", "51"], "127.0.0.0:20736"),
            (["-0", "005100"], "0.0.0.0:81"),
            (["00000000000000000000000000000001", "5100"], "1.0.0.0:81"),
            (["00000000000000000000000000000001xx", "5100", "6"], "[::1]:81"),
            (["+1 20000000000000000000000000000", "5100", "6"], "[102::]:81"),
        ]
    )
    func readsWhatStrtoulReads(arguments: [String], address: String) {
        let read = HelperArguments.address(from: arguments.map { ByteString($0) })
        #expect(read?.byteString == ByteString(address))
    }

    @Test(
        "What is no address is refused",
        arguments: [
            [], ["0100007f"], ["0100007f", "5100", "6"], ["0100007f", "5100", "4"], ["0100007f", "5100", ""],
            [" ", "5100"], ["0x", "5100"], ["-1", "5100"], ["0100007f", "15100"], ["0100007f ", "5100"],
            ["+", "5100"], ["+ 1", "5100"], ["00x1", "5100"], ["ffffffff0100007f", "5100"],
            ["-ffffffffffffff00", "5100"], ["000000000000000000000000000000-1", "5100", "6"],
            ["10100007f", "5100"], ["010000-1", "5100"], ["0100007g", "5100"], ["0100007f", "5100", "6", "6"],
            ["00000000000000000000000000000001", "5100", "6%"],
            ["00000000000000000000000000000001", "5100", "6%0"], ["00000000000000000000000000000001", "5100", "6%02"],
            ["00000000000000000000000000000001", "5100", "6%-1"],
            ["00000000000000000000000000000001", "5100", "6%4294967296"],
            ["00000000000000000000000000000001", "5100", "6%lo"], ["0000000000000000000000000000001", "5100", "6"],
        ] as [[String]]
    )
    func refuses(arguments: [String]) {
        #expect(HelperArguments.address(from: arguments.map { ByteString($0) }) == nil)
    }
}
