// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package of its own: programs of libFuzzer link with its options only, and a plain `swift build` has not got them.
let package = Package(
    name: "lowport-fuzz",
    dependencies: [.package(name: "lowport", path: "..")],
    targets: [
        .target(name: "CFuzz"),
        .executableTarget(
            name: "lowport-fuzz",
            dependencies: ["CFuzz"]
                + ["LowportCapabilities", "LowportNetcat", "LowportPolicy", "lowport-rooms"].map {
                    .product(name: $0, package: "lowport")
                },
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error)]
        ),
    ]
)
