// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
    name: "lowport-examples",
    dependencies: [
        // In a package of your own: .package(url: "https://…/lowport", from: "0.2.0", traits: ["NIO"])
        .package(name: "lowport", path: "..", traits: ["NIO", "Hummingbird", "ServiceLifecycle"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.3.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.6.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
    ],
    targets: [
        .executableTarget(
            name: "nio-echo",
            dependencies: [
                .product(name: "LowportNIO", package: "lowport"),
                .product(name: "LowportServiceLifecycle", package: "lowport"),
                .product(name: "LowportSockets", package: "lowport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "hummingbird-hello",
            dependencies: [
                .product(name: "LowportHummingbird", package: "lowport"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        ),
        .executableTarget(
            name: "hummingbird-unchanged",
            dependencies: [
                .product(name: "LowportBind", package: "lowport"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]
        ),
        .executableTarget(
            name: "flyingfox-unchanged",
            dependencies: [
                .product(name: "LowportBind", package: "lowport"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]
        ),
        .executableTarget(
            name: "grpc-hello",
            dependencies: [
                .product(name: "LowportServiceLifecycle", package: "lowport"),
                .product(name: "LowportSockets", package: "lowport"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
    ]
)
