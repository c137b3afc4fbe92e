// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension Relay {
    /// What is said when a limit ended a connection while data was waiting for its receiver.
    static var cutOff: ByteString { "timed out with data that was not delivered" }

    /// Throws if something was received that did not arrive where it belongs, or if its end is missing.
    /// - Parameter output: where it belongs, for the message; nil for standard output.
    func checkCompleteness(output: ByteString? = nil) throws(NetcatError) {
        if let recordError { throw recordError }
        if let error = outputError { throw NetcatError.cannotWrite(error, to: output) }
        if wasCutOff { throw NetcatError(Relay.cutOff) }
        if let failure { throw NetcatError(ofTLS: failure) }
        // TLS tells the end of the data from the end of the connection (RFC 8446, 6.1).
        if wasTruncated { throw NetcatError(ofTLS: "the connection was cut off, and data may be missing") }
        if let error = inputError { throw NetcatError("cannot read standard input: \(error.sentence)") }
    }
}

extension NetcatError {
    /// `output` does not take what was received.
    static func cannotWrite(_ error: Errno, to output: ByteString? = nil) -> NetcatError {
        NetcatError("cannot write to \(output ?? "standard output"): \(error.sentence)")
    }
}
