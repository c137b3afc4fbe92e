// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportNetcat

@Suite struct HTTPAuthenticationTests {
    private let me = Credentials("Mufasa:Circle Of Life")

    @Test(
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ] as [(ByteString, ByteString)]
    )
    func `MD5 has the values of RFC 1321`(_ text: ByteString, _ digest: ByteString) {
        #expect(MD5.hexadecimal(text) == digest)
    }

    @Test(
        arguments: [
            ("Basic realm=\"r\"", "Basic(realm=r)"), ("NTLM", "NTLM()"), ("", ""), (",, ,", ""), ("a=b", ""),
            (
                "Basic realm=\"a, b\", NTLM, Digest realm = c,nonce=\"\\\"n\\\\\"",
                "Basic(realm=a, b)NTLM()Digest(realm=c;nonce=\"n\\)"
            ),
            ("Basic dXNlcg==", "Basic()"), ("Digest a=\"open, NTLM", "Digest(a=open, NTLM)"),
        ] as [(ByteString, ByteString)]
    )
    func `schemes and parameters are told apart`(_ text: ByteString, _ expected: ByteString) {
        let found = HTTPAuthentication.list(text).map { one in
            "\(one.scheme)(\(one.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ";")))"
        }
        #expect(found.joined() == expected.description)
    }

    /// The example of RFC 2617, 3.5.
    @Test func `an answer is that of the RFC`() throws {
        let text = """
            Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
            """ as ByteString
        let challenge = try #require(DigestChallenge(HTTPAuthentication.list(text + " opaque=\"5ccc\"")[0]))
        let answer = challenge.answer(for: me, "GET", "/dir/index.html", clientNonce: "0a4f113b")
        let fields = HTTPAuthentication.list(answer)[0]
        #expect(fields["response"] == "6629fae49393a05397450978507c4ef1")
        #expect(fields["opaque"] == "5ccc" && fields["nc"] == "00000001" && fields["algorithm"] == nil)
    }

    @Test(
        arguments: [
            ("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256", false),
            ("Digest realm=\"r\", nonce=\"n\", algorithm=md5", true), ("Digest realm=\"r\"", false),
            ("Digest realm=\"r\", nonce=\"n\", qop=auth-int", false), ("Basic realm=\"r\", nonce=\"n\"", false),
        ] as [(ByteString, Bool)]
    )
    func `a challenge is answered only if it can be`(_ text: ByteString, _ expected: Bool) {
        #expect((DigestChallenge(HTTPAuthentication.list(text)[0]) != nil) == expected)
    }

    @Test func `what to answer depends on what was answered`() throws {
        func next(_ offers: ByteString..., after last: HTTPConnect.Authorization) -> HTTPConnect.Authorization? {
            let challenges = Challenges(status: "", offers: offers.flatMap { HTTPAuthentication.list($0) })
            return challenges.authorization(me, after: last)
        }
        let digest = try #require(DigestChallenge(HTTPAuthentication.list("Digest realm=r, nonce=n")[0]))
        let stale = try #require(DigestChallenge(HTTPAuthentication.list("Digest realm=r, nonce=m, stale=true")[0]))
        #expect(next("Basic realm=r, NTLM", "Digest realm=r, nonce=n", after: .none) == .digest(digest, me))
        #expect(next("Basic realm=r", after: .none) == .basic(me))
        #expect(next("Digest realm=r, nonce=n", after: .basic(me)) == .digest(digest, me))
        #expect(next("Basic realm=r", after: .basic(me)) == nil)
        #expect(next("NTLM", after: .none) == nil)
        #expect(next("Basic realm=r, Digest realm=r, nonce=n", after: .digest(digest, me)) == nil)
        #expect(next("Digest realm=r, nonce=m, stale=true", after: .digest(digest, me)) == .digest(stale, me))
    }

    @Test func `a proxy judges answers to its own challenges`() throws {
        let (ours, others) = (DigestChallenger(), DigestChallenger())
        func judge(_ challenger: DigestChallenger, _ by: Credentials, _ target: ByteString = "h:80") throws
            -> DigestChallenger.Verdict
        {
            let offer = HTTPAuthentication.list(challenger.challenge(isStale: false))[0]
            let text = try #require(DigestChallenge(offer)).answer(for: by, "CONNECT", target, clientNonce: "c")
            return ours.judge(HTTPAuthentication.list(text)[0], me, "CONNECT", ["h:80"])
        }
        #expect(try judge(ours, me) == .right)
        #expect(try judge(ours, Credentials("Mufasa:x")) == .wrong)
        #expect(try judge(ours, Credentials("x:Circle Of Life")) == .wrong)
        #expect(try judge(ours, me, "h:81") == .wrong)
        #expect(try judge(others, me) == .wrong)
        #expect(ours.challenge(isStale: true).hasSuffix("stale=true"))
    }
}
