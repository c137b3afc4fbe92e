// SPDX-License-Identifier: Apache-2.0
import GRPCCore

/// What protoc would generate, with messages that are text without fields.
struct Greeter: RegistrableRPCService {
    func registerMethods(with router: inout RPCRouter<some ServerTransport>) {
        router.registerHandler(
            forMethod: MethodDescriptor(fullyQualifiedService: "hello.Greeter", method: "Hello"),
            deserializer: Text(),
            serializer: Text()
        ) { request, _ in
            StreamingServerResponse { writer in
                for try await name in request.messages { try await writer.write("hello \(name)") }
                return [:]
            }
        }
    }
}

/// A message that is text, in UTF-8.
struct Text: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: String) -> Bytes { Bytes(message.utf8) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
