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
            name: "capability-fuzz",
            dependencies: ["CFuzz", .product(name: "Capabilities", package: "lowport")],
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error)]
        ),
        .executableTarget(
            name: "netcat-fuzz",
            dependencies: ["CFuzz", .product(name: "Netcat", package: "lowport")],
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error)]
        ),
    ]
)
