// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import LowportLinux

/// The format of metrics.
enum MetricsFormat: String, ExpressibleByArgument, CaseIterable {
    /// OpenMetrics 1.0.
    case openmetrics
    /// The text format of Prometheus, which the textfile collector of node_exporter reads.
    case prometheus
}

/// One metric and its values.
struct MetricFamily {
    /// What the values mean over time.
    enum Kind {
        /// The number of events since the kernel engine was enabled.
        case counter
        /// A value that rises and falls.
        case gauge
    }

    /// A value, and the labels that tell it from others.
    struct Sample {
        let labels: [(name: ByteString, value: ByteString)]
        let value: ByteString
    }

    let name: ByteString
    let kind: Kind
    let help: ByteString
    /// Whether the value is a time in seconds.
    var isTime = false
    let samples: [Sample]

    /// Creates a metric with one value.
    init(_ name: ByteString, _ kind: Kind, _ help: ByteString, isTime: Bool = false, value: some BinaryInteger) {
        self.init(name, kind, help, isTime: isTime, [Sample(labels: [], value: ByteString(decimal: value))])
    }

    /// Creates a metric with values, possibly none.
    init(_ name: ByteString, _ kind: Kind, _ help: ByteString, isTime: Bool = false, _ samples: [Sample]) {
        self.name = "lowport_\(name)"
        self.kind = kind
        self.help = help
        self.isTime = isTime
        self.samples = samples
    }

    /// The lines of the metric; none if it has no values.
    func text(_ format: MetricsFormat) -> ByteString {
        if samples.isEmpty { return "" }
        let isCounter = kind == .counter
        let sample: ByteString = isCounter ? "\(name)_total" : name
        // In OpenMetrics, the name of a counter is that of its samples without their end.
        let family = format == .openmetrics ? name : sample
        var text: ByteString =
            "# HELP \(family) \(help)\n# TYPE \(family) \(isCounter ? "counter" : "gauge" as ByteString)\n"
        if isTime, format == .openmetrics { text += "# UNIT \(family) seconds\n" }
        for value in samples {
            let labels = value.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" as ByteString }
            text += sample + (labels.isEmpty ? "" : "{\(ByteString(joining: labels, with: ","))}") + " \(value.value)\n"
        }
        return text
    }

    /// The value of a label in quotation marks: UTF-8, in which three characters are escaped.
    private static func escaped(_ text: ByteString) -> ByteString {
        var bytes: [UInt8] = []
        for byte in text.jsonText.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            default: bytes.append(byte)
            }
        }
        return ByteString(bytes)
    }
}

extension [MetricFamily] {
    /// The whole text.
    func text(_ format: MetricsFormat) -> ByteString {
        reduce("") { $0 + $1.text(format) } + (format == .openmetrics ? "# EOF\n" : "")
    }
}
