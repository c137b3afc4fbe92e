// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

/// A descriptor that the process that started this one passes on, and that nobody has taken yet.
struct PassedSocket: Sendable {
    /// Why nothing can be taken over.
    struct Fault: Error {
        /// What it is about: a variable, or the number of a descriptor.
        let place: String
        let reason: String
    }

    let number: Int32
    let name: ByteString
    /// The address of a socket of TCP or UDP.
    let address: ListenAddress?
    let isIPv6Only: Bool
    /// Whether it is one connection, as of a `.socket` unit with `Accept=yes`, and nothing that others connect to.
    let isConnected: Bool

    /// Whether it takes what comes to `address`; for both families, whether it is at `::`.
    func isAt(_ address: ListenAddress) -> Bool {
        guard !isConnected, let own = self.address, own.transport == address.transport else { return false }
        return own.place.address == address.place.address && own.place.port == address.place.port
            && own.place.scope == address.place.scope
    }

    /// Takes over what the environment promises, and removes that from the environment.
    static func all() -> Result<[PassedSocket], Fault> {
        let count: Int
        let names = PassedDescriptors.knownNames
        do throws(Errno) { count = try PassedDescriptors.promised } catch {
            PassedDescriptors.forget()
            return .failure(Fault(place: "LISTEN_FDS", reason: "it is not a number of descriptors"))
        }
        // What is there may be for another process.
        if count == 0 { return .success([]) }
        PassedDescriptors.forget()
        var entries: [PassedSocket] = []
        for index in 0..<count {
            let socket = InheritedDescriptor(PassedDescriptors.first + Int32(index))
            do throws(Errno) { try socket.setCloseOnExecute(true) } catch {
                return .failure(
                    Fault(
                        place: "descriptor \(socket.rawValue)",
                        reason: "LISTEN_FDS promises it: \(error.sentence.text)"
                    )
                )
            }
            entries.append(PassedSocket(socket, index < names.count ? names[index] : ""))
        }
        return .success(entries)
    }

    private init(_ socket: InheritedDescriptor, _ name: ByteString) {
        number = socket.rawValue
        self.name = name
        isConnected = (try? socket.peerAddress()) != nil
        isIPv6Only = (try? socket.isIPv6Only()) ?? false
        guard let place = try? socket.localAddress(), place.port.rawValue != 0 else {
            address = nil
            return
        }
        let value = try? socket.transportProtocol()
        address = ListenAddress.Transport.all.first { $0.value == value }.map { ListenAddress($0, place) }
    }
}
