// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The pairs in a file: one a line, a source and a target; `#` begins a comment.
struct ForwardFile {
    private let path: ByteString
    private let settings: ForwardSettings
    private let console: Console

    /// The file at `path`, for a forwarder with these settings.
    init(path: ByteString, _ settings: ForwardSettings, _ console: Console) {
        self.path = path
        self.settings = settings
        self.console = console
    }

    /// Reads the file.
    func read() throws(NetcatError) -> [ForwardPair] {
        let content: [UInt8]
        do throws(Errno) {
            content = try FileDescriptor.open(path, .readOnly).readToEnd(limit: 1 << 20)
        } catch {
            throw NetcatError("cannot read \(path): \(error.sentence)")
        }
        return try ForwardFile.parse(content, path, settings.inheritedCount, settings.options.endpoint.transport)
    }

    /// Reads the lines in `content`. Throws with the number of the line if there is an error in it.
    /// - Parameter path: the file, for messages.
    static func parse(
        _ content: [UInt8],
        _ path: ByteString,
        _ inherited: Int,
        _ transport: TransportProtocol = .tcp
    ) throws(NetcatError) -> [ForwardPair] {
        var pairs: [ForwardPair] = []
        for (index, line) in ByteString(content).split(on: UInt8(ascii: "\n")).enumerated() {
            let text = line.bytes.prefix { $0 != UInt8(ascii: "#") }
            let words = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            if words.isEmpty { continue }
            let place = "\(path):\(index + 1)" as ByteString
            guard words.count == 2 else { throw NetcatError("\(place): expected [ADDRESS:]PORT HOST:PORT") }
            do throws(UsageError) {
                let pair = try ForwardPair(ByteString(words[0]), ByteString(words[1]), inherited)
                if pairs.contains(where: { $0.source == pair.source }) {
                    throw UsageError(message: "there is a line for \(pair.name) already")
                }
                try pair.check(transport)
                pairs.append(pair)
            } catch {
                throw NetcatError("\(place): \(error.message ?? "")")
            }
        }
        if pairs.isEmpty { throw NetcatError("\(path) has no pair") }
        return pairs
    }

    /// What a file that was read again comes to.
    struct Change {
        /// The routes whose source has a line, with the target in it.
        fileprivate let kept: [(route: Route, target: ForwardTarget)]
        /// The routes of other lines.
        let new: [Route]

        /// Gives `routes` their new targets, and closes those without a line.
        func apply(to routes: [Route]) {
            for (route, target) in kept { route.target = target }
            for route in routes where !kept.contains(where: { $0.route === route }) { route.close() }
        }
    }

    /// Reads the file again, and changes nothing yet.
    /// - Parameters:
    ///   - routes: those that there are.
    ///   - index: the number of the first new route.
    func change(of routes: [Route], nextIndex index: Int) throws(NetcatError) -> Change {
        var kept: [(route: Route, target: ForwardTarget)] = []
        var new: [Route] = []
        for pair in try read() {
            if let route = routes.first(where: { $0.name == pair.name && $0.socket != nil }) {
                kept.append((route, try pair.lookUp(settings, console)))
                continue
            }
            // Its number may by now be that of another descriptor.
            if case .inherited = pair.source { throw NetcatError("\(pair.name) is no longer open") }
            new.append(try pair.route(index: index + new.count, settings, console))
        }
        return Change(kept: kept, new: new)
    }
}
