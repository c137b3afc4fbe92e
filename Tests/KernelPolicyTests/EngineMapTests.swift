// SPDX-License-Identifier: Apache-2.0
import LowportLinux
import Testing

@testable import LowportKernelPolicy

@Suite struct EngineMapTests {
    @Test("Each map of the engine has a pin and a name of its own, which the kernel takes")
    func layouts() {
        #expect(EngineMap.pins == ["events", "counters", "rules", "statistics", "sources", "settings"])
        let layouts = EngineMap.allCases.map(\.layout)
        #expect(Set(layouts.map(\.name)).count == EngineMap.allCases.count)
        for layout in layouts {
            #expect(layout.name.count <= 15 && layout.capacity > 0, "\(layout.name)")
            #expect((layout.key == 0) == (layout.kind == .ringBuffer), "\(layout.name)")
        }
        for (index, map) in EngineMap.allCases.enumerated() { #expect(map.rawValue == index) }
    }
}
