// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// The filters of both directions that the options request.
struct Filters {
    /// For what is sent.
    private(set) var sending: [ByteFilter] = []
    /// For what is received.
    private(set) var receiving: [ByteFilter] = []

    /// Creates no filters.
    init() {}

    /// Creates the filters, and opens the files that they add to (`beginRecords`).
    /// - Parameter peer: where TELNET negotiations are answered; nil if they are not.
    init(_ options: ContentOptions, answeringOver peer: Stream?) throws(NetcatError) {
        if options.sendsCarriageReturns { sending.append(CarriageReturnFilter()) }
        if options.answersTelnet, let peer { receiving.append(TelnetFilter(answeringOver: peer)) }
        if let path = options.dumpPath {
            let file = try RecordFile(path, appends: true)
            sending.append(DumpFilter(file, .sent))
            receiving.append(DumpFilter(file, .received))
        }
        if let path = options.plainDumpPath {
            let filter = PlainDumpFilter(try RecordFile(path, appends: true))
            sending.append(filter)
            receiving.append(filter)
        }
        if let path = options.outputPath {
            let filter = CopyFilter(try RecordFile(path, appends: true))
            sending.append(filter)
            receiving.append(filter)
        }
    }

    /// `bytes`, to be sent, after the filters.
    func sent(_ bytes: [UInt8]) throws(NetcatError) -> [UInt8] { try Filters.apply(sending, to: bytes) }

    /// `bytes`, which were received, after the filters.
    func received(_ bytes: [UInt8]) throws(NetcatError) -> [UInt8] { try Filters.apply(receiving, to: bytes) }

    /// `bytes` after all of `filters`, in order.
    static func apply(_ filters: [ByteFilter], to bytes: [UInt8]) throws(NetcatError) -> [UInt8] {
        var bytes = bytes
        for filter in filters { try filter.apply(&bytes) }
        return bytes
    }
}
