// SPDX-License-Identifier: Apache-2.0
package import LowportLinux

/// A way to handle the binds of a program.
package enum Engine: Hashable, Sendable {
    /// A library that is loaded before the program's own libraries.
    case preload
    /// A supervisor that is notified of the program's system calls.
    case broker
}

/// The engine for a program, and the reason for the choice.
package struct EngineChoice: Hashable, Sendable {
    /// The chosen engine.
    package let engine: Engine
    /// The reason, as the end of a sentence that starts with the name of the engine.
    package let reason: ByteString

    /// Chooses the engine for a single program, as authbind does: the library, unless it cannot work.
    package static func forOne(_ target: Target?, mayGainPrivileges: Bool) -> EngineChoice {
        guard let target else { return EngineChoice(.preload, "the program is not to be found") }
        if let choice = withoutBroker(target, mayGainPrivileges) { return choice }
        if target.isBehindEnv {
            return EngineChoice(.broker, "it is started by env, which the library does not outlast")
        }
        if let obstacle = obstacle(to: target.image) { return EngineChoice(.broker, obstacle) }
        return EngineChoice(
            .preload,
            target.image == .dynamic ? "it is dynamically linked" : "nothing about it is known to keep the library out"
        )
    }

    /// Chooses the engine for a program and everything that it starts: the broker, unless it cannot work.
    package static func forTree(_ target: Target?, mayGainPrivileges: Bool) -> EngineChoice {
        guard let target else { return EngineChoice(.preload, "the program is not to be found") }
        return withoutBroker(target, mayGainPrivileges)
            ?? EngineChoice(.broker, "it reaches whatever the program starts")
    }

    /// Returns the engine that the user requested.
    package static func requested(_ engine: Engine) -> EngineChoice { EngineChoice(engine, "it was requested") }

    private init(_ engine: Engine, _ reason: ByteString) {
        self.engine = engine
        self.reason = reason
    }

    private static func withoutBroker(_ target: Target, _ mayGainPrivileges: Bool) -> EngineChoice? {
        if target.gainsPrivileges {
            return EngineChoice(.preload, "it gains privileges, which it would not under the broker; it is not reached")
        }
        if !target.isReadable {
            return EngineChoice(.preload, "its file may not be read, and so the broker could not look into it")
        }
        if !mayGainPrivileges {
            return EngineChoice(.preload, "this process may not gain privileges, and so the helper cannot help")
        }
        return nil
    }

    /// Returns why the library cannot reach a program of that kind; nil if it can.
    package static func obstacle(to image: ProgramImage) -> ByteString? {
        switch image {
        case .linkedStatically: "it is statically linked"
        case .go: "it is a Go program, which makes its system calls itself"
        case .foreign: "it is of another architecture"
        case .dynamic, .script, .unknown: nil
        }
    }
}
