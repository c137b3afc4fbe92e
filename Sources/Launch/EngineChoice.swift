// SPDX-License-Identifier: Apache-2.0
public import Linux

/// A way in which the binds of a program are reached.
public enum Engine: Hashable, Sendable {
    /// A library in front of its own.
    case preload
    /// A supervisor that is told of its system calls.
    case broker
}

/// Which engine a program is started with, and why.
public struct EngineChoice: Hashable, Sendable {
    /// The engine.
    public let engine: Engine
    /// The reason, as the end of a sentence that begins with the name of the engine.
    public let reason: ByteString

    /// Chooses for a program that is to be reached alone, as authbind does: the library, unless it cannot work.
    public static func forOne(_ target: Target?, mayGainPrivileges: Bool) -> EngineChoice {
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

    /// Chooses for a program and all that it starts: the broker, unless it cannot work.
    public static func forTree(_ target: Target?, mayGainPrivileges: Bool) -> EngineChoice {
        guard let target else { return EngineChoice(.preload, "the program is not to be found") }
        return withoutBroker(target, mayGainPrivileges)
            ?? EngineChoice(.broker, "it reaches whatever the program starts")
    }

    /// The engine that somebody asked for.
    public static func requested(_ engine: Engine) -> EngineChoice { EngineChoice(engine, "it was requested") }

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

    /// What keeps the library from reaching a program of that kind; nil if nothing does.
    public static func obstacle(to image: ProgramImage) -> ByteString? {
        switch image {
        case .linkedStatically: "it is statically linked"
        case .go: "it is a Go program, which makes its system calls itself"
        case .foreign: "it is of another architecture"
        case .dynamic, .script, .unknown: nil
        }
    }
}
