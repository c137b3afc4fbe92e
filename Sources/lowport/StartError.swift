// SPDX-License-Identifier: Apache-2.0
import LowportLinux

/// Why the program for a command line was not started.
struct StartError: Error {
    let message: ByteString
    let hint: ByteString?
    /// The exit status.
    let status: Int32

    init(_ message: ByteString, hint: ByteString? = nil, status: Int32) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    /// Prints the error, also as JSON if `words` request it, and returns the exit status.
    func report(_ words: ArraySlice<ByteString>) -> Int32 {
        // Words after `--`, and those of a program to run, do not count.
        if status != 125, words.prefix(while: { $0 != "--" }).contains("--json") {
            try? InheritedDescriptor.standardOutput.write(json)
        }
        var text: ByteString = "lowport: \(message.escaped)\n"
        if let hint { text += "hint: \(hint)\n" }
        try? InheritedDescriptor.standardError.write(text)
        return status
    }

    /// The answer, with the schema `lowport.error/1` (Documentation/reference/json.md).
    private var json: ByteString {
        var text: ByteString = "{\n  \"details\" : [],\n  \"error\" : \(message.quotedForJSON),\n"
        if let hint { text += "  \"hint\" : \(hint.quotedForJSON),\n" }
        return text + "  \"schema\" : \"lowport.error/1\",\n  \"status\" : \(status)\n}\n"
    }
}
