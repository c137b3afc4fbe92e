// SPDX-License-Identifier: Apache-2.0
import LowportLinux

extension Wrapper {
    /// System calls of others.
    static var notifications: [Wrapper] {
        let call = Notification(identifier: 1, thread: 1, architecture: 0, number: 0, arguments: [])
        func listener() -> NotificationListener { NotificationListener(FileDescriptor(owning: -1)) }
        return [
            Wrapper("HeldThread.open.openProcess", .openProcess) { _ = try HeldThread(CurrentProcess.identifier) },
            Wrapper("HeldThread.descriptor.openProcess", .openProcess) {
                try withHeldThread { _ = try $0.descriptor(0) }
            },
            Wrapper("NotificationListener.receive.notification", .notification) { _ = try listener().receive() },
            Wrapper("NotificationListener.receive.notification", .notification) {
                let record = try NotificationRecord()
                _ = try listener().receive(into: record)
            },
            Wrapper("NotificationListener.isGenuine.notification", .notification) {
                try answer(!listener().isGenuine)
            },
            Wrapper("NotificationListener.isWaiting.notification", .notification) {
                try answer(!listener().isWaiting(call))
            },
            Wrapper("NotificationListener.answer.notification", .notification) {
                try listener().answer(call, with: nil)
            },
            Wrapper("NotificationListener.resume.notification", .notification) { try listener().resume(call) },
            Wrapper("NotificationRecord.init.mapMemory", .mapMemory) { _ = try NotificationRecord() },
            Wrapper("SystemCallFilter.install.filter", .filter) { _ = try NotificationListener.install([.allow]) },
        ]
    }

    /// Programs and maps in the kernel.
    static var bpf: [Wrapper] {
        func map() -> BpfMap { BpfMap(FileDescriptor(owning: -1), valueSize: 4) }
        func link() -> BpfLink { BpfLink(FileDescriptor(owning: -1)) }
        let key: [UInt8] = [0, 0, 0, 0]
        return [
            Wrapper("BpfLink.detach.bpf", .bpf) { try link().detach() },
            Wrapper("BpfLink.status.bpf", .bpf) { _ = try link().status() },
            Wrapper("BpfMap.init.bpf", .bpf) {
                _ = try BpfMap(.array, name: "lowport_test", keySize: 4, valueSize: 4, capacity: 1)
            },
            Wrapper("BpfMap.freeze.bpf", .bpf) { try map().freeze() },
            Wrapper("BpfMap.element.bpf", .bpf) { try map().set(key, key) },
            Wrapper("BpfMap.element.bpf", .bpf) { try map().insert(key, key) },
            Wrapper("BpfMap.element.bpf", .bpf) { _ = try map().value(at: key) },
            Wrapper("BpfMap.element.bpf", .bpf) { try map().remove(key) },
            Wrapper("BpfMap.element.bpf", .bpf) { _ = try map().keys(size: 4) },
            Wrapper("BpfObjects.links.bpf", .bpf) { _ = try BpfObjects.links() },
            Wrapper("BpfObjects.programs.bpf", .bpf) { _ = try BpfObjects.programs(attachedTo: nowhere, .bind4) },
            Wrapper("BpfObjects.existing.bpf", .bpf) { _ = try BpfLink.existing(1) },
            Wrapper("BpfObjects.existing.bpf", .bpf) { _ = try BpfMap.existing(1, valueSize: 4) },
            Wrapper("BpfObjects.status.bpf", .bpf) { _ = try map().status() },
            Wrapper("BpfPins.inDirectory.bpf", .bpf) { try BpfPins.pin(nowhere, as: "name", in: nowhere) },
            Wrapper("BpfPins.inDirectory.bpf", .bpf) { _ = try BpfPins.open("name", in: nowhere) },
            Wrapper("BpfPins.mountFileSystem.mount", .mount) { try BpfPins.mountFileSystem(at: "/nonexistent") },
            Wrapper("BpfProgram.loaded.bpf", .bpf) { _ = try BpfProgram.loaded(1) },
            Wrapper("BpfProgram.load.bpf", .bpf) {
                try refusal { () throws(BpfLoadError) in
                    _ = try BpfProgram([0x95], for: .binds(.bind4), name: "lowport_test", license: "Apache-2.0")
                }
            },
            Wrapper("BpfRingBuffer.map.mapMemory", .mapMemory) {
                _ = try BpfRingBuffer(FileDescriptor(owning: -1), size: 4096)
            },
        ] + programs
    }

    /// What takes a program that is loaded.
    private static var programs: [Wrapper] {
        func link() -> BpfLink { BpfLink(FileDescriptor(owning: -1)) }
        return [
            Wrapper("BpfLink.init.bpf", .bpf) { try withProgram { _ = try BpfLink($0, to: nowhere, .bind4) } },
            Wrapper("BpfLink.replace.bpf", .bpf) { try withProgram { try link().replace(with: $0) } },
            Wrapper("BpfObjects.maps.bpf", .bpf) { try withProgram { _ = try $0.maps() } },
            Wrapper("BpfProgram.name.bpf", .bpf) { try withProgram { _ = try $0.name() } },
            Wrapper("BpfProgram.identifier.bpf", .bpf) { try withProgram { _ = try $0.identifier() } },
        ]
    }

    /// The names of the wrappers that take one.
    static let ofPrograms: Set<String> = Set(programs.map(\.name))
}
