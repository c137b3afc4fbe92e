// SPDX-License-Identifier: Apache-2.0
internal import Linux

extension Relay {
    /// Throws if something was received that did not arrive where it belongs, or if its end is missing.
    func checkCompleteness() throws(NetcatError) {
        if let error = outputError { throw NetcatError.cannotWrite(error) }
        if wasCutOff { throw NetcatError("timed out with data that was not delivered") }
        // TLS tells the end of the data from the end of the connection (RFC 8446, 6.1).
        if wasTruncated { throw NetcatError("TLS: the connection was cut off, and data may be missing") }
    }
}

extension NetcatError {
    /// Standard output does not take what was received.
    static func cannotWrite(_ error: Errno) -> NetcatError {
        NetcatError("cannot write to standard output: \(error.sentence)")
    }
}
