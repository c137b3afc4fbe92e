// swift-tools-version: 6.3
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

/// What the two rings share: a room is compiled once for each, from the same sources.
///
/// In the embedded ring it is the module `NAMEEmbedded`, which its importers know as `NAME`.
struct Room {
    let name: String
    var rooms: [String] = []
    var modules: [Target.Dependency] = []

    static let shared = [
        Room(name: "LowportLinux", modules: ["LowportCLinux"]),
        Room(name: "LowportCapabilities", rooms: ["LowportLinux"]),
        Room(name: "LowportPolicy", rooms: ["LowportLinux"]),
        Room(name: "LowportHelperProtocol", rooms: ["LowportLinux"]),
        Room(name: "LowportLaunch", rooms: ["LowportLinux", "LowportPolicy"]),
        Room(name: "LowportBroker", rooms: ["LowportHelperProtocol", "LowportLinux"]),
        Room(
            name: "LowportRunCommand",
            rooms: ["LowportBroker", "LowportHelperProtocol", "LowportLaunch", "LowportLinux", "LowportPolicy"]
        ),
        Room(name: "LowportTLS", rooms: ["LowportLinux"], modules: ["LowportCTLS"]),
        Room(name: "LowportNetcat", rooms: ["LowportLinux", "LowportTLS"]),
    ]

    /// For programs that need no Swift runtime and no more than libc, and for tests.
    var regular: Target {
        .target(name: name, dependencies: rooms.map { .target(name: $0) } + modules, swiftSettings: strict)
    }

    /// For the embedded ring. Two targets cannot have one directory, so this one has a link to it.
    var embedded: Target {
        .target(
            name: name + "Embedded",
            dependencies: rooms.map { .target(name: $0 + "Embedded") } + modules,
            path: "Sources/Embedded/\(name)",
            swiftSettings: Settings.embedded
        )
    }
}

enum Settings {
    /// Programs that are privileged, injected into other programs, or started often: no Swift runtime, only libc.
    static let embedded: [SwiftSetting] =
        strict + [
            .enableExperimentalFeature("Embedded"),
            .unsafeFlags(Room.shared.flatMap { ["-module-alias", "\($0.name)=\($0.name)Embedded"] }),
            // Such a module is compiled as a whole, and with its code: made by itself, it would be compiled twice.
            .unsafeFlags(["-no-emit-module-separately-wmo"]),
        ]
}

/// A program of the embedded ring. Its entry point is `@c(TARGET_main)`, with `_` for `-`, which SwiftPM links as `main`.
///
/// The targets of all packages that a program depends on need different names: those of the drop-ins are `lowport-NAME`, so
/// that the program may have a target `nc` of its own.
func embeddedProgram(
    _ name: String,
    target: String? = nil,
    of rooms: String...,
    settings: [SwiftSetting] = []
) -> Target {
    .executableTarget(
        name: target ?? name,
        dependencies: ["LowportCLinux"] + rooms.map { .target(name: $0 + "Embedded") },
        path: "Sources/\(name)",
        // Without it, SwiftPM makes a second entry point for a program of one file.
        swiftSettings: Settings.embedded + [.unsafeFlags(["-parse-as-library"])] + settings
    )
}

let preload = "\(Context.packageDirectory)/Sources/lowport-preload"

/// What needs no Swift runtime.
let embeddedRing: [Target] =
    Room.shared.map(\.embedded) + [
        .target(name: "LowportCLinux"),
        .target(name: "LowportCTLS"),

        embeddedProgram("lowport", of: "LowportLaunch", "LowportLinux", "LowportPolicy", "LowportRunCommand"),
        embeddedProgram("setcap", target: "lowport-setcap", of: "LowportCapabilities", "LowportLinux"),
        embeddedProgram("getcap", target: "lowport-getcap", of: "LowportCapabilities", "LowportLinux"),
        embeddedProgram("authbind", target: "lowport-authbind", of: "LowportLaunch", "LowportLinux"),
        embeddedProgram("nc", target: "lowport-nc", of: "LowportNetcat", "LowportLinux"),
        embeddedProgram("lowport-forward", of: "LowportNetcat", "LowportLinux"),
        embeddedProgram("lowport-run", of: "LowportLinux", "LowportRunCommand"),
        // Privileged, and so as small as it can be.
        embeddedProgram(
            "lowport-helper",
            of: "LowportBroker",
            "LowportHelperProtocol",
            "LowportLinux",
            "LowportPolicy",
            settings: [.unsafeFlags(["-Osize"], .when(configuration: .release))]
        ),
        .target(
            name: "lowport-preload",
            dependencies: ["LowportCLinux"],
            exclude: ["exports.map"],
            swiftSettings: strict + [.enableExperimentalFeature("Embedded")],
            linkerSettings: [
                // Without this the library would export the runtime of Embedded Swift and break Swift programs.
                .unsafeFlags(["-Xlinker", "--version-script=\(preload)/exports.map"])
            ]
        ),
    ]

let embeddedProducts: [Product] = [
    .library(name: "lowport-preload", type: .dynamic, targets: ["lowport-preload"]),
    .executable(name: "lowport", targets: ["lowport"]),
    .executable(name: "lowport-helper", targets: ["lowport-helper"]),
    .executable(name: "authbind", targets: ["lowport-authbind"]),
    .executable(name: "lowport-run", targets: ["lowport-run"]),
    .executable(name: "setcap", targets: ["lowport-setcap"]),
    .executable(name: "getcap", targets: ["lowport-getcap"]),
    .executable(name: "nc", targets: ["lowport-nc"]),
    .executable(name: "lowport-forward", targets: ["lowport-forward"]),
]

/// The command-line tool, and what it is made of besides the shared rooms.
let regularRing: [Target] = [
    .target(
        name: "LowportDiagnosis",
        dependencies: [
            "LowportBroker", "LowportCapabilities", "LowportHelperProtocol", "LowportLaunch", "LowportLinux",
            "LowportPolicyInventory", "LowportPolicy", "LowportPrograms",
            "LowportRunCommand",
        ],
        swiftSettings: strict
    ),
    .target(
        name: "LowportKernelPolicy",
        dependencies: ["LowportLaunch", "LowportLinux", "LowportPolicyInventory", "LowportPolicy"],
        swiftSettings: strict
    ),
    .target(
        name: "LowportPolicyInventory",
        dependencies: ["LowportLinux", "LowportPolicy"],
        swiftSettings: strict
    ),
    .target(
        name: "LowportPolicyEditing",
        dependencies: ["LowportLinux", "LowportPolicyInventory", "LowportPolicy"],
        swiftSettings: strict
    ),
    .target(
        name: "LowportPrograms",
        dependencies: [
            "LowportCapabilities", "LowportLinux", "LowportPolicy", "LowportPolicyEditing",
            "LowportPolicyInventory",
        ],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "lowport-admin",
        dependencies: [
            "LowportCapabilities", "LowportDiagnosis", "LowportKernelPolicy", "LowportLaunch", "LowportLinux",
            "LowportPolicyEditing", "LowportPolicyInventory",
            "LowportPolicy", "LowportPrograms", "LowportRunCommand",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict
    ),
]

/// What a bridge to the package of somebody else imports from there, if the trait `trait` is enabled.
func foreign(_ product: String, from package: String, if trait: String) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: [trait]))
}

/// The bridges to the packages for servers. Without its trait, a bridge is an empty module.
let bridges: [Target] = [
    .target(
        name: "LowportNIO",
        dependencies: [
            "LowportSockets",
            foreign("NIOCore", from: "swift-nio", if: "NIO"),
            foreign("NIOPosix", from: "swift-nio", if: "NIO"),
        ],
        path: "Integrations/LowportNIO",
        swiftSettings: strict
    ),
    .target(
        name: "LowportHummingbird",
        dependencies: [
            "LowportSockets",
            foreign("Hummingbird", from: "hummingbird", if: "Hummingbird"),
            foreign("HummingbirdCore", from: "hummingbird", if: "Hummingbird"),
            foreign("Logging", from: "swift-log", if: "Hummingbird"),
            foreign("NIOCore", from: "swift-nio", if: "Hummingbird"),
            foreign("NIOExtras", from: "swift-nio-extras", if: "Hummingbird"),
            foreign("NIOHTTP1", from: "swift-nio", if: "Hummingbird"),
            foreign("NIOPosix", from: "swift-nio", if: "Hummingbird"),
            foreign("ServiceLifecycle", from: "swift-service-lifecycle", if: "Hummingbird"),
            foreign("UnixSignals", from: "swift-service-lifecycle", if: "Hummingbird"),
        ],
        path: "Integrations/LowportHummingbird",
        swiftSettings: strict
    ),
    .target(
        name: "LowportSystemPackage",
        dependencies: [
            "LowportCapabilities", "LowportLinux", "LowportSockets",
            foreign("SystemPackage", from: "swift-system", if: "SystemPackage"),
        ],
        path: "Integrations/LowportSystemPackage",
        swiftSettings: strict
    ),
    .target(
        name: "LowportServiceLifecycle",
        dependencies: [
            "LowportSockets",
            foreign("ServiceLifecycle", from: "swift-service-lifecycle", if: "ServiceLifecycle"),
        ],
        path: "Integrations/LowportServiceLifecycle",
        swiftSettings: strict
    ),
]

let argumentParser = Package.Dependency.package(
    url: "https://github.com/apple/swift-argument-parser",
    from: "1.8.0"
)

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
    products: embeddedProducts + [
        .library(name: "LowportCapabilities", targets: ["LowportCapabilities", "LowportLinux"]),
        .library(name: "LowportPolicy", targets: ["LowportPolicy", "LowportLinux"]),
        .library(name: "LowportDiagnosis", targets: ["LowportDiagnosis", "LowportLinux"]),
        .library(name: "LowportFoundation", targets: ["LowportFoundation"]),
        .library(name: "LowportSockets", targets: ["LowportSockets"]),
        .library(name: "LowportBind", targets: ["LowportBind"]),
        .library(name: "LowportNIO", targets: ["LowportNIO"]),
        .library(name: "LowportHummingbird", targets: ["LowportHummingbird"]),
        .library(name: "LowportServiceLifecycle", targets: ["LowportServiceLifecycle"]),
        .library(name: "LowportSystemPackage", targets: ["LowportSystemPackage"]),
    ],
    // Nobody fetches or builds what a trait brings who has not asked for it: Integrations/README.md.
    traits: [
        .trait(name: "NIO", description: "LowportNIO: SwiftNIO's bootstraps at low ports"),
        .trait(name: "Hummingbird", description: "LowportHummingbird: applications of Hummingbird at low ports"),
        .trait(name: "SystemPackage", description: "LowportSystemPackage: descriptors and paths of Swift System"),
        .trait(name: "ServiceLifecycle", description: "LowportServiceLifecycle: tells systemd about a ServiceGroup"),
    ],
    dependencies: [
        argumentParser,
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.24.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    ],
    targets: embeddedRing + Room.shared.map(\.regular) + regularRing + bridges + [
        // For other people's programs, with the headers of the library that is preloaded: C alone, as it may need no runtime.
        .target(name: "LowportBind", cSettings: [.headerSearchPath("../LowportCLinux/include")]),

        // The errors of the libraries as errors of Foundation.
        .target(
            name: "LowportFoundation",
            dependencies: [
                "LowportCapabilities", "LowportDiagnosis", "LowportLinux", "LowportPolicy", "LowportSockets",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "LowportSockets",
            dependencies: ["LowportDiagnosis", "LowportHelperProtocol", "LowportLaunch", "LowportLinux"],
            swiftSettings: strict
        ),
        // The tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "LowportLinux",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        // A program of C that does to `bind` whatever programs do.
        .executableTarget(name: "bind-probe", path: "Tests/Probes/bind-probe"),
        // The same, with the `bind` of LowportBind: its sources are a link.
        .executableTarget(
            name: "bind-probe-linked",
            dependencies: ["LowportBind"],
            path: "Tests/Probes/bind-probe-linked"
        ),
        // A server that takes its sockets from the library.
        .executableTarget(
            name: "socket-probe",
            dependencies: ["LowportSockets"],
            path: "Tests/Probes/socket-probe",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        // A program that changes its own capabilities.
        .executableTarget(
            name: "capability-probe",
            dependencies: ["LowportCapabilities", "LowportLinux"],
            path: "Tests/Probes/capability-probe",
            swiftSettings: strict
        ),
        tests("LinuxTests", of: "LowportLinux"),
        tests("CapabilitiesTests", of: "LowportCapabilities", "LowportLinux"),
        tests(
            "PortPolicyTests",
            of: "LowportPolicy",
            "LowportPolicyEditing",
            "LowportPolicyInventory",
            "LowportHelperProtocol",
            "LowportLinux"
        ),
        // Optimized: it interprets a million runs of a program.
        tests(
            "KernelPolicyTests",
            of: "LowportKernelPolicy",
            "LowportLaunch",
            "LowportPolicyInventory",
            "LowportPolicy",
            "LowportLinux",
            settings: [.unsafeFlags(["-O"])]
        ),
        tests("BindBrokerTests", of: "LowportBroker", "LowportHelperProtocol", "LowportLaunch", "LowportLinux"),
        tests("SocketsTests", of: "LowportFoundation", "LowportSockets", "LowportLinux"),
        tests("NetcatTests", of: "LowportNetcat", "LowportTLS", "LowportLinux"),
        tests(
            "FuzzTests",
            of: "LowportBroker",
            "LowportCapabilities",
            "LowportDiagnosis",
            "LowportKernelPolicy",
            "LowportLaunch",
            "LowportLinux",
            "LowportNetcat",
            "LowportHelperProtocol",
            "LowportPolicyEditing",
            "LowportPolicyInventory",
            "LowportPolicy",
            "LowportPrograms",
            "LowportSockets"
        ),
        tests(
            "DiagnosisTests",
            of: "LowportBroker",
            "LowportDiagnosis",
            "LowportCapabilities",
            "LowportLaunch",
            "LowportPolicyInventory",
            "LowportPolicy",
            "LowportLinux"
        ),
        tests("HouseTests", of: "LowportFoundation", "LowportLinux"),
        tests("ProgramTests", of: "LowportLinux"),
        tests("DifferentialTests", of: "LowportCapabilities", "LowportLinux"),
        tests("PrivilegedTests", of: "LowportBroker", "LowportLinux"),
    ]
)

switch Context.environment["LOWPORT_TARGETS"] {
case "embedded":
    // The toolchain has no regular Swift for another architecture: Scripts/cross-aarch64.
    package.products = embeddedProducts
    package.targets = embeddedRing
case "programs":
    // What is installed, without the libraries for others and the tests: Scripts/build-quickly.
    package.products = embeddedProducts
    // Of nc, the tests alone use the rooms with the runtime.
    let rooms = Room.shared.filter { !["LowportNetcat", "LowportTLS"].contains($0.name) }
    package.targets = embeddedRing + rooms.map(\.regular) + regularRing
    package.traits = []
    package.dependencies = [argumentParser]
case "fuzz":
    // Programs of libFuzzer link with its options only, and a plain `swift build` has not got them: Fuzz/run.sh.
    package.targets += [
        .target(name: "CFuzz", path: "Fuzz/Sources/CFuzz"),
        .executableTarget(
            name: "lowport-fuzz",
            dependencies: [
                "CFuzz", "LowportBroker", "LowportCapabilities", "LowportDiagnosis", "LowportHelperProtocol",
                "LowportKernelPolicy", "LowportLaunch", "LowportLinux", "LowportNetcat", "LowportPolicy",
                "LowportPolicyEditing", "LowportPolicyInventory", "LowportPrograms", "LowportSockets",
            ],
            path: "Fuzz/Sources/lowport-fuzz",
            swiftSettings: strict
        ),
    ]
case "documentation":
    // Only who makes the pages needs the plugin for it: Scripts/documentation.
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"))
default: break
}
