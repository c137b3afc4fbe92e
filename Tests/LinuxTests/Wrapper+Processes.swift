// SPDX-License-Identifier: Apache-2.0
import LowportLinux

extension Wrapper {
    /// Processes and what they are in.
    static var processes: [Wrapper] {
        [
            Wrapper("Children.fork.fork", .fork, isRetried: false) { _ = try CurrentProcess.fork() },
            Wrapper("SharedNumbers.init.mapMemory", .mapMemory) { _ = try SharedNumbers(count: 1) },
            Wrapper("Children.reapChild.wait", .wait) { _ = try CurrentProcess.reapChild(waits: false) },
            Wrapper("Children.waitForEnd.wait", .wait) { _ = try Child(identifier: 0).waitForEnd() },
            Wrapper("Children.redirect.duplicate", .duplicate) { try CurrentProcess.redirect(nowhere, to: nowhere) },
            Wrapper("Children.init.open", .open) { _ = try SignalDescriptor([.user1]) },
            Wrapper("ChildChanges.nextChildChange.wait", .wait) { _ = try CurrentProcess.nextChildChange() },
            Wrapper("ProcessGroups.join.setIdentity", .setIdentity) { try CurrentProcess.join(nil) },
            Wrapper("ProcessGroups.beginSession.setIdentity", .setIdentity) { try CurrentProcess.beginSession() },
            Wrapper("ProcessGroups.adoptOrphans.prctl", .prctl) { try CurrentProcess.adoptOrphans() },
            Wrapper("Environment.set.execute", .execute) { try Environment.set("LOWPORT_TEST", to: "") },
            Wrapper("Execute.execute.execute", .execute, isRetried: false) {
                try execute("/nonexistent/program", arguments: ["program"])
            },
            Wrapper("Execute.execute.execute", .execute, isRetried: false) {
                try execute(fileAt: "/nonexistent/program", arguments: ["program"])
            },
            Wrapper("Descriptor.aboveStandardOnes.fcntl", .fcntl) {
                _ = try FileDescriptor(owning: -1).aboveStandardOnes()
            },
            Wrapper("HelperCall.runProgram.execute", .execute, isRetried: false) {
                _ = try nowhere.runProgram(at: "/nonexistent/program", arguments: ["program"])
            },
            Wrapper("PassedDescriptors.uniqueNumber.openProcess", .openProcess) {
                try answer(CurrentProcess.uniqueNumber == nil)
            },
            Wrapper("Fork.detach.fork", .fork) { try CurrentProcess.detach { 0 } },
            Wrapper("Trial.init.fork", .fork) { _ = try Trial { 0 } },
            Wrapper("Trial.endState.fork", .fork) {
                _ = try CurrentProcess.endState(ofProgramAt: "/nonexistent/program")
            },
            Wrapper("Fork.spawn.fork", .fork) {
                _ = try CurrentProcess.spawn("/nonexistent/program", arguments: [], input: nowhere)
            },
            Wrapper("Fork.leaveStandardDescriptors.duplicate", .duplicate) {
                try CurrentProcess.leaveStandardDescriptors()
            },
            Wrapper("Fork.keepOnly.duplicate", .duplicate) { _ = try Confinement.keepOnly(InheritedDescriptor(.max)) },
            Wrapper("Fork.handOver.fcntl", .fcntl) { try CurrentProcess.handOver([-1], from: 900) },
            Wrapper("Fork.handOver.duplicate", .duplicate) {
                // Nobody has to be handed anything: what has these numbers stays.
                let given = try FileDescriptor.open("/dev/null", .readOnly).release()
                try CurrentProcess.handOver([given], from: 900)
            },
            Wrapper("KernelFeatures.tryBpf.bpf", .bpf) { try KernelFeatures.tryBpf() },
            Wrapper("Namespaces.capabilitiesCount.namespace", .namespace) {
                _ = try Namespaces.capabilitiesCount(inNetworkOf: "self")
            },
            Wrapper("Namespaces.inNetwork.namespace", .namespace) { try Namespaces.inNetwork(of: "self") {} },
            Wrapper("ProcessAccess.memory.readMemory", .readMemory) {
                _ = try ProcessAccess.memory(of: CurrentProcess.identifier, at: 0, count: 1)
            },
            Wrapper("SelfRestriction.forbidLookingInto.prctl", .prctl) { try Confinement.forbidLookingInto() },
            Wrapper("SelfRestriction.limitResources.limit", .limit) { try Confinement.limitResources() },
            Wrapper("SelfRestriction.allow.filter", .filter) { try Confinement.allow(only: .ofOneBind) },
            Wrapper("SelfRestriction.forbidWriting.landlock", .landlock) {
                try Confinement.forbidWriting(bindingOnly: Port(rawValue: 80))
            },
        ]
    }

    /// Users, groups and capabilities.
    static var identities: [Wrapper] {
        [
            Wrapper("CapabilityControls.isInBoundingSet.prctl", .prctl) {
                _ = try CapabilityControls.isInBoundingSet(.netBindService)
            },
            Wrapper("CapabilityControls.dropFromBoundingSet.prctl", .prctl) {
                try CapabilityControls.dropFromBoundingSet(.netBindService)
            },
            Wrapper("CapabilityControls.isAmbient.prctl", .prctl) {
                _ = try CapabilityControls.isAmbient(.netBindService)
            },
            Wrapper("CapabilityControls.setAmbient.prctl", .prctl) {
                try CapabilityControls.setAmbient(.netBindService, to: false)
            },
            Wrapper("CapabilityControls.clearAmbient.prctl", .prctl) { try CapabilityControls.clearAmbient() },
            Wrapper("CapabilityControls.secureBits.prctl", .prctl) { _ = try CapabilityControls.secureBits() },
            Wrapper("CapabilityControls.setSecureBits.prctl", .prctl) { try CapabilityControls.setSecureBits(0) },
            Wrapper("CapabilityControls.keepPermitted.prctl", .prctl) { try CapabilityControls.keepPermitted(false) },
            Wrapper("CapabilityControls.gainNoNewPrivileges.prctl", .prctl) {
                try CapabilityControls.gainNoNewPrivileges()
            },
            Wrapper("CapabilityState.init.getCapabilities", .getCapabilities) {
                _ = try CapabilityState.ofCurrentThread()
            },
            Wrapper("CapabilityState.applyToCurrentThread.setCapabilities", .setCapabilities) {
                try CapabilityState().applyToCurrentThread()
            },
            Wrapper("ChangeIdentity.setSupplementaryGroups.setIdentity", .setIdentity) {
                try CurrentProcess.setSupplementaryGroups([])
            },
            Wrapper("ChangeIdentity.becomeGroup.setIdentity", .setIdentity) {
                try CurrentProcess.becomeGroup(CurrentProcess.realGroup)
            },
            Wrapper("ChangeIdentity.becomeUser.setIdentity", .setIdentity) {
                try CurrentProcess.becomeUser(CurrentProcess.realUser)
            },
            Wrapper("Identity.supplementaryGroups.getGroups", .getGroups) {
                _ = try CurrentProcess.supplementaryGroups()
            },
        ]
    }
}
