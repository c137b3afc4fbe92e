// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// What every Swift target here is held to.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
]

/// Programs that are privileged, injected into other programs, or started often: no Swift runtime, only libc.
///
/// The shared rooms that such a program uses are compiled into it from source, through the links in its folder; all of
/// it is one module, so nothing is exported and nothing unused stays.
let embedded: [SwiftSetting] = strict + [.enableExperimentalFeature("Embedded")]

/// A program of the embedded ring. Its entry point is `@c(NAME_main)`, with `_` for `-`, which SwiftPM links as `main`.
func embeddedProgram(_ name: String, also: [Target.Dependency] = [], _ settings: SwiftSetting...) -> Target {
    .executableTarget(name: name, dependencies: ["CLinux"] + also, swiftSettings: embedded + settings)
}

let preload = "\(Context.packageDirectory)/Sources/lowport-preload"

/// A room of tests. Each may start the programs, which one build makes together with the tests.
func tests(_ name: String, of rooms: Target.Dependency..., settings: [SwiftSetting] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: rooms + ["TestSupport"],
        path: "Tests/\(name)",
        swiftSettings: strict + settings
    )
}

let package = Package(
    name: "lowport",
    products: [
        .library(name: "Capabilities", targets: ["Capabilities", "Linux"]),
        .library(name: "PortPolicy", targets: ["PortPolicy"]),
        .library(name: "Netcat", targets: ["Netcat"]),
        // For Fuzz, which is a package of its own.
        .library(name: "lowport-rooms", targets: ["BindBroker", "Diagnosis", "KernelPolicy", "Launch"]),
        .library(name: "lowport-preload", type: .dynamic, targets: ["lowport-preload"]),
        .executable(name: "lowport", targets: ["lowport"]),
        .executable(name: "lowport-helper", targets: ["lowport-helper"]),
        .executable(name: "authbind", targets: ["authbind"]),
        .executable(name: "lowport-run", targets: ["lowport-run"]),
        .executable(name: "setcap", targets: ["setcap"]),
        .executable(name: "getcap", targets: ["getcap"]),
        .executable(name: "nc", targets: ["nc"]),
        .executable(name: "lowport-forward", targets: ["lowport-forward"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "CTLS"),

        // The regular ring: libraries and the command-line tool.
        .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "Capabilities", dependencies: ["Linux"], swiftSettings: strict),
        .target(name: "PortPolicy", dependencies: ["Linux"], swiftSettings: strict),
        .target(
            name: "Diagnosis",
            dependencies: ["BindBroker", "Capabilities", "Launch", "Linux", "PortPolicy"],
            swiftSettings: strict
        ),
        .target(name: "KernelPolicy", dependencies: ["Launch", "Linux", "PortPolicy"], swiftSettings: strict),
        .target(name: "Launch", dependencies: ["Linux"], swiftSettings: strict),
        .target(name: "BindBroker", dependencies: ["Linux", "PortPolicy"], swiftSettings: strict),
        .target(name: "TLS", dependencies: ["Linux", "CTLS"], swiftSettings: strict),
        .target(name: "Netcat", dependencies: ["Linux", "TLS"], swiftSettings: strict),
        .executableTarget(
            name: "lowport",
            dependencies: [
                "Capabilities", "Diagnosis", "KernelPolicy", "Launch", "Linux", "PortPolicy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // The embedded ring.
        embeddedProgram("setcap"),
        embeddedProgram("getcap"),
        embeddedProgram("authbind"),
        embeddedProgram("nc", also: ["CTLS"]),
        embeddedProgram("lowport-forward", also: ["CTLS"]),
        embeddedProgram("lowport-run"),
        // Privileged, and so as small as it can be.
        embeddedProgram("lowport-helper", .unsafeFlags(["-Osize"], .when(configuration: .release))),
        .target(
            name: "lowport-preload",
            dependencies: ["CLinux"],
            exclude: ["exports.map"],
            swiftSettings: embedded,
            linkerSettings: [
                // Without this the library would export the runtime of Embedded Swift and break Swift programs.
                .unsafeFlags(["-Xlinker", "--version-script=\(preload)/exports.map"])
            ]
        ),

        // The tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Linux",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // A program of C that does to `bind` whatever programs do.
        .executableTarget(name: "bind-probe", path: "Tests/Probes/bind-probe"),
        // A program that changes its own capabilities.
        .executableTarget(
            name: "capability-probe",
            dependencies: ["Capabilities", "Linux"],
            path: "Tests/Probes/capability-probe",
            swiftSettings: strict
        ),
        tests("LinuxTests", of: "Linux"),
        tests("CapabilitiesTests", of: "Capabilities", "Linux"),
        tests("PortPolicyTests", of: "PortPolicy", "Linux"),
        // Optimized: it interprets a million runs of a program.
        tests("KernelPolicyTests", of: "KernelPolicy", "PortPolicy", "Linux", settings: [.unsafeFlags(["-O"])]),
        tests("BindBrokerTests", of: "BindBroker", "Launch", "Linux"),
        tests("NetcatTests", of: "Netcat", "TLS", "Linux"),
        tests(
            "FuzzTests",
            of: "BindBroker",
            "Capabilities",
            "Diagnosis",
            "KernelPolicy",
            "Launch",
            "Linux",
            "Netcat",
            "PortPolicy"
        ),
        tests("DiagnosisTests", of: "Diagnosis", "Capabilities", "Launch", "PortPolicy", "Linux"),
        tests("ProgramTests", of: "Linux"),
        tests("DifferentialTests", of: "Capabilities", "Linux"),
        tests("PrivilegedTests", of: "Linux"),
    ]
)
