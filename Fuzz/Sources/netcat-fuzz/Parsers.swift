// SPDX-License-Identifier: Apache-2.0
import Linux

@testable import Netcat

private func bytes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: data, count: size))
}

private func require(_ condition: Bool, _ message: StaticString) {
    if !condition { fatalError("\(message)") }
}

/// A command line, a line an argument: it is understood, or somebody is told why not, in both dialects.
func fuzzOptions(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let arguments = ByteString(unsafe bytes(data, size)).split(on: 0x0A)
    for dialect in [Dialect.openbsd, .ncat] {
        do throws(UsageError) {
            guard case .run(let options) = try Invocation(arguments, dialect) else { continue }
            require(!options.scans || !options.listens, "listens and scans")
            require(!options.endpoint.usesDatagrams || !options.tls.isWanted, "TLS for datagrams")
        } catch {
            require(error.message != nil || error.showsUsage, "a fault that nobody is told of")
        }
    }
    return 0
}

/// A list of hosts: whatever it says, an IPv4 address and its IPv6 form are the same host.
func fuzzAccess(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let plain = IPAddress("192.0.2.7"), let mapped = IPAddress("::ffff:192.0.2.7") else { return 0 }
    for word in AccessList.words(of: unsafe bytes(data, size)) {
        require(!word.isEmpty, "an empty word")
        guard let pattern = HostPattern(word) else { continue }
        require(pattern.contains(plain) == pattern.contains(mapped), "two forms of one address are told apart")
    }
    return 0
}

/// What a TELNET peer sends passes unchanged, and the answers do not depend on where it is cut.
func fuzzTelnet(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let input = unsafe bytes(data, size)
    var (whole, cut): ([UInt8], [UInt8]) = ([], [])
    let first = TelnetFilter { whole += $0 }
    let second = TelnetFilter { cut += $0 }
    var passed = input
    first.apply(&passed)
    require(passed == input, "the bytes were changed")
    for byte in input {
        var piece = [byte]
        second.apply(&piece)
    }
    require(whole == cut && whole.count % 3 == 0 && whole.count <= input.count, "other answers")
    return 0
}

/// A request to our HTTP proxy: what goes on to a server is one head, and says nothing of what is ours alone.
func fuzzRequest(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard let request = HTTPRequest(ByteString(unsafe bytes(data, size)).split(on: 0x0A)) else { return 0 }
    _ = request.body
    _ = request.isAuthorized(by: "user:pass")
    guard case .resource(let host, let port, let path) = request.destination else { return 0 }
    let head = request.head(for: host, port, path: path)
    require(head.hasSuffix("Connection: close\r\n\r\n"), "the head has another end")
    for line in head.split(on: 0x0A) {
        require(HTTPField(line, named: "proxy-authorization") == nil, "the password is passed on")
    }
    return 0
}

/// What an HTTP proxy answers.
func fuzzHTTP(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    answered(unsafe bytes(data, size)) { exchange throws(Failure) in
        _ = try HTTPConnect(exchange, Credentials("user:pass")).connect(to: "host", Port(rawValue: 80))
    }
}

/// What a SOCKS proxy answers.
func fuzzSocks(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    answered(unsafe bytes(data, size)) { exchange throws(Failure) in
        try SocksClient(exchange, Credentials("user:pass")).connectByVersion5("host", Port(rawValue: 80))
    }
}

/// Runs `ask` against a proxy that answers `answer` and then closes.
private func answered(_ answer: [UInt8], _ ask: (ByteExchange) throws(Failure) -> Void) -> Int32 {
    guard let pair = try? FileDescriptor.socketPair() else { return 0 }
    let ours = FileDescriptor(owning: pair.0)
    let theirs = FileDescriptor(owning: pair.1)
    try? theirs.write(ByteString(answer))
    try? theirs.shutDown(.sending)
    do throws(Failure) {
        try ask(ByteExchange(over: ours.reference, until: nil, with: .proxy))
    } catch {
        require(error.message != nil, "a fault that nobody is told of")
    }
    try? theirs.close()
    try? ours.close()
    return 0
}
