// SPDX-License-Identifier: Apache-2.0
import LowportLaunch
import LowportLinux
import Testing

/// What kind of program a file is, and how it is started.
@Suite struct EngineChoiceTests {
    /// An ELF file with program headers of the given types, and a note of that name.
    private func elf(machine: UInt16 = 62, bits: UInt8 = 2, headers: [UInt8], note: String = "GNU\0", size: UInt8 = 0)
        -> [UInt8]
    {
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, bits, 1, 1] + [UInt8](repeating: 0, count: 57)
        bytes[18] = UInt8(machine & 255)
        bytes[32] = 64
        bytes[54] = 56
        bytes[56] = UInt8(headers.count)
        let noteOffset = 64 + headers.count * 56
        for type in headers {
            var header = [UInt8](repeating: 0, count: 56)
            header[0] = type
            header[8] = UInt8(noteOffset & 255)
            header[9] = UInt8(noteOffset >> 8)
            header[33] = 1  // 256 bytes: what is there counts.
            bytes += header
        }
        return bytes + [4, 0, 0, 0, size, 0, 0, 0, 0, 0, 0, 0] + Array(note.utf8)
    }

    @Test("Executables are recognised") func recognisesExecutables() {
        #expect(ProgramImage(elf(headers: [6, 3, 1]), machine: 62) == .dynamic)
        #expect(ProgramImage(elf(headers: [1, 1, 4]), machine: 62) == .linkedStatically)
        #expect(ProgramImage(elf(headers: [3, 1, 4], note: "Go\0\0"), machine: 62) == .go)
        // Behind another note: namesz 4, descsz 6, type, "GNU", the description and what fills it up.
        let other = "GNU\0\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\0\0\u{4}\0\0\0\0\0\0\0\0\0\0\0Go\0\0"
        #expect(ProgramImage(elf(headers: [3, 4], note: other, size: 6), machine: 62) == .go)
        #expect(ProgramImage(elf(headers: [3, 4], note: other, size: 14), machine: 62) == .dynamic)
        #expect(ProgramImage(elf(machine: 183, headers: [3]), machine: 62) == .foreign)
        #expect(ProgramImage(elf(bits: 1, headers: [3]), machine: 62) == .foreign)
    }

    @Test("Scripts are recognised") func recognisesScripts() {
        #expect(ProgramImage(Array("#!/bin/sh\n".utf8)) == .script(interpreter: "/bin/sh", argument: ""))
        #expect(
            ProgramImage(Array("#! /usr/bin/env  node -x \nexit".utf8))
                == .script(interpreter: "/usr/bin/env", argument: "node -x")
        )
        for text in ["#!", "#! \n/bin/sh", "echo", ""] { #expect(ProgramImage(Array(text.utf8)) == .unknown) }
    }

    @Test("No truncation and no changed byte does harm") func survivesEveryTruncationAndEveryChangedByte() {
        let whole = elf(headers: [6, 3, 4, 1], note: "Go\0\0")
        for length in 0..<whole.count { _ = ProgramImage(Array(whole.prefix(length)), machine: 62) }
        for position in 0..<whole.count {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = whole
                changed[position] = value
                let image = ProgramImage(changed, machine: 62)
                if position >= 64 + 4 * 56 + 16 { #expect(image == .go) }
            }
        }
    }

    @Test("Headers of another size are no program") func headersOfAnotherSizeAreNoProgram() {
        var image = elf(headers: [3, 4], note: "Go\0\0")
        image[54] = 0
        image[56...57] = [0xFF, 0xFF]
        #expect(ProgramImage(image, machine: 62) == .unknown)
        // Nor does a table at the end of all numbers wrap around to the beginning of the file.
        var wrapped = elf(headers: [3])
        wrapped.replaceSubrange(32..<40, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(ProgramImage(wrapped, machine: 62) == .linkedStatically)
    }

    @Test("The notice is what was written") func theNoticeIsWhatWasWritten() {
        let notice = EngineState(network: 5, cgroup: "/a b", isComplete: false)
        #expect(EngineState(notice.byteString) == notice)
        // A control group that has lines in its name claims no other network, and no more than there is.
        let name: ByteString = "/a\nnetwork all\ncomplete yes"
        for isComplete in [false, true] {
            let hostile = EngineState(network: 5, cgroup: name, isComplete: isComplete)
            #expect(EngineState(hostile.byteString) == nil)
        }
        let details = EngineState.Details(
            rules: 3,
            limit: 1024,
            applied: 1_796_000_000,
            hasErrors: false,
            confines: true
        )
        let dns = KnownGroup(group: GroupID(rawValue: 53), members: [UserID(rawValue: 7), UserID(rawValue: 2)])
        let newer = EngineState(network: nil, cgroup: "/", isComplete: true, groups: [dns], details: details)
        #expect(newer.byteString.split(on: UInt8(ascii: "\n")).contains("group 53 2 7"))
        #expect(newer.knows(UserID(rawValue: 2), in: [GroupID(rawValue: 2), GroupID(rawValue: 53)]))
        #expect(!newer.knows(UserID(rawValue: 3), in: [GroupID(rawValue: 2), GroupID(rawValue: 53)]))
        #expect(newer.knows(UserID(rawValue: 3), in: [GroupID(rawValue: 53), GroupID(rawValue: 2)]))
        #expect(EngineState(newer.byteString) == newer)
        // A version with further lines is not taken for this one, nor is a name of a group for details.
        #expect(EngineState(newer.byteString + "more 1\n") == nil)
        let posing: ByteString = "/a\ndetails rules 3 limit 1024 applied 1 errors no confines no"
        #expect(EngineState(EngineState(network: 5, cgroup: posing, isComplete: true).byteString) == nil)
        for text: ByteString in [
            newer.byteString + " ", EngineState(network: nil, cgroup: "/", isComplete: true).byteString + "details \n",
            EngineState(network: nil, cgroup: "/", isComplete: true).byteString
                + "details rules 3 limit 65536 applied 1 errors no confines no\n",
            EngineState(network: nil, cgroup: "/", isComplete: true).byteString
                + "details rules 3 limit 1024 applied 1 errors on confines no\n",
            "network all\ncgroup /\ncomplete no\ncomplete yes\n", "network all\ncgroup /\ncomplete yes", "",
            "network 05\ncgroup /\ncomplete yes\n", "network 18446744073709551616\ncgroup /\ncomplete yes\n",
        ] { #expect(EngineState(text) == nil) }
    }

    @Test("The library is taken unless it cannot work") func takesTheLibraryUnlessItCannotWork() {
        let images: [(ProgramImage, Engine)] = [
            (.dynamic, .preload), (.unknown, .preload), (.linkedStatically, .broker), (.go, .broker),
            (.foreign, .broker),
        ]
        for (image, engine) in images {
            let target = Target(path: "x", image: image)
            #expect(EngineChoice.forOne(target, mayGainPrivileges: true).engine == engine)
            #expect(EngineChoice.forTree(target, mayGainPrivileges: true).engine == .broker)
            #expect(EngineChoice.forOne(target, mayGainPrivileges: false).engine == .preload)
            #expect(EngineChoice.forTree(target, mayGainPrivileges: false).engine == .preload)
        }
        let behindEnv = Target(path: "x", image: .dynamic, isBehindEnv: true)
        #expect(EngineChoice.forOne(behindEnv, mayGainPrivileges: true).engine == .broker)
    }

    @Test("Programs with privileges are left alone") func leavesProgramsWithPrivilegesAlone() {
        let target = Target(path: "x", image: .linkedStatically, gainsPrivileges: true)
        #expect(EngineChoice.forOne(target, mayGainPrivileges: true).engine == .preload)
        #expect(EngineChoice.forTree(target, mayGainPrivileges: true).engine == .preload)
    }
}
