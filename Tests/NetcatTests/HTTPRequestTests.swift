// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import TestSupport
import Testing

@testable import LowportNetcat

@Suite struct HTTPRequestTests {
    private func parse(_ lines: ByteString...) -> HTTPRequest? { HTTPRequest(lines) }

    @Test(
        arguments: [
            ("CONNECT", "host:80", .tunnel(host: "host", port: "80")),
            ("CONNECT", "[::1]:80", .tunnel(host: "::1", port: "80")),
            ("CONNECT", "host", nil), ("CONNECT", "host:", nil), ("CONNECT", "[::1]", nil),
            ("GET", "http://host/a?b#c", .resource(host: "host", port: "80", path: "/a?b")),
            ("GET", "HTTP://me:secret@host:8080", .resource(host: "host", port: "8080", path: "/")),
            ("HEAD", "http://[::1]:81?x", .resource(host: "::1", port: "81", path: "/?x")),
            ("GET", "http://host/%41", .resource(host: "host", port: "80", path: "/%41")),
            ("GET", "/", nil), ("GET", "host", nil), ("GET", "http://", nil), ("GET", "https://host/", nil),
        ] as [(ByteString, ByteString, HTTPRequest.Destination?)]
    )
    func `the destination is read from method and target`(
        _ method: ByteString,
        _ target: ByteString,
        _ expected: HTTPRequest.Destination?
    ) {
        #expect(parse("\(method) \(target) HTTP/1.0")?.destination == expected)
    }

    @Test(arguments: ["", "bad", "GET /", "GET  HTTP/1.0", "GET / HTTP/2", "GET / HTTP/1.0 x"] as [ByteString])
    func `what is no request line is refused`(_ line: ByteString) { #expect(parse(line) == nil) }

    @Test func `a folded field is joined, and a line that is no field is refused`() throws {
        #expect(parse("GET / HTTP/1.0", "no field") == nil)
        #expect(parse("GET / HTTP/1.0", " folded") == nil)
        let folded = try #require(parse("GET / HTTP/1.0", "A: b", "\t c", " ", "D:e"))
        #expect(folded.fields.map { $0.text } == ["b c ", "e"])
    }

    @Test(
        arguments: [
            ("Basic dXNlcjpwYXNz", true), ("BASIC   dXNlcjpwYXNz", true), ("Basic dXNlcjpwYXNz extra", false),
            ("Basic dXNlcjp3b3Jk", false), ("Basic", false), ("", false), ("Digest dXNlcjpwYXNz", false),
        ] as [(ByteString, Bool)]
    )
    func `Basic credentials are compared`(_ value: ByteString, _ expected: Bool) throws {
        let request = try #require(parse("CONNECT h:1 HTTP/1.0", "pROXY-aUTHORIZATION: \(value)"))
        #expect(request.isAuthorized(by: "user:pass") == expected)
    }

    @Test func `the length of the body is read from the head`() throws {
        let head = "POST http://h/ HTTP/1.1" as ByteString
        #expect(parse(head)?.body == .bytes(0))
        #expect(parse(head, "Content-Length: 12", "content-length:12")?.body == .bytes(12))
        for value in ["", "x", "-1", "+1", "1 2", "999999999999999999999"] as [ByteString] {
            #expect(parse(head, "Content-Length: \(value)")?.body == .invalid)
        }
        #expect(parse(head, "Content-Length: 1", "Content-Length: 2")?.body == .invalid)
        #expect(parse(head, "Transfer-Encoding: chunked", "Content-Length: 1")?.body == .chunked)
    }

    @Test func `fields for the proxy are not passed on`() throws {
        let asked = try #require(
            parse(
                "GET http://h/ HTTP/1.1",
                "Keep-Alive: 3",
                "One: 1",
                "Connection: two, close",
                "Two: 2",
                "Proxy-Authorization: Basic eA=="
            )
        )
        let head = asked.head(for: "h", "81", path: "/p")
        #expect(head == "GET /p HTTP/1.0\r\nOne: 1\r\nHost: h:81\r\nConnection: close\r\n\r\n")
    }

    @Test("Whatever a client sends, what goes on to a server has the lines that we made")
    func anyBytes() {
        var heads = 0
        var random = Random(seed: 4)
        let words: [ByteString] = [
            "GET", "http://", "h", ":", "/", " ", "HTTP/1.0", "[", "]", "@", "?", "\t", "\r", "x",
        ]
        for _ in 0..<20_000 {
            func text() -> ByteString {
                (0..<Int.random(in: 0...5, using: &random)).reduce(into: ByteString()) { text, _ in
                    text += words.randomElement(using: &random) ?? ""
                }
            }
            let fields = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Bool.random(using: &random) ? text() : "x:" + text()
            }
            let lines = ["GET http://h" + text() + " HTTP/1.0"] + fields
            guard let request = HTTPRequest(lines) else { continue }
            #expect(request.body == .bytes(0))
            guard case .resource(let host, let port, let path) = request.destination else { continue }
            heads += 1
            #expect(!host.isEmpty && !port.isEmpty && path.hasPrefix("/"))
            let head = request.head(for: host, port, path: path).split(on: UInt8(ascii: "\n"))
            #expect(head.dropLast().allSatisfy { $0.hasSuffix("\r") })
            #expect(head.first == "\(request.method) \(path) HTTP/1.0\r")
            #expect(head.suffix(3) == ["Connection: close\r", "\r", ""])
            // The first line, the host, what the client has beside them, and the three at the end.
            #expect(head.count <= 5 + request.fields.count)
        }
        #expect(heads > 20)
    }
}
