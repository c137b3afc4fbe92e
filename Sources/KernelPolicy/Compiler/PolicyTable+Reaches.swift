// SPDX-License-Identifier: Apache-2.0
internal import Linux
internal import PolicyInventory
internal import PortPolicy

extension PolicyTable {
    /// Gives each entry the best of those whose reach contains its own, since the map finds the narrowest alone.
    mutating func inheritFromWiderReaches() {
        var narrow: [PolicyKey.Head: [PolicyKey.Reach]] = [:]
        for key in entries.keys where key.reach != .everywhere && key.reach != .nothing {
            narrow[key.head, default: []].append(key.reach)
        }
        for (head, reaches) in narrow {
            var blocks: [AddressBlock] = []
            for reach in reaches {
                switch reach {
                case .space: inherit(reach, from: .everywhere, head)
                case .block(let block): blocks.append(block)
                case .wildcard, .nothing, .everywhere: break
                }
            }
            for case .wildcard(let space) in reaches { inherit(.wildcard(space), fromAllOf: space, head) }
            var wider: [AddressBlock] = []
            for block in blocks.sorted(by: AddressBlock.standsBefore) {
                while let last = wider.last, !last.contains(block) { wider.removeLast() }
                if let parent = wider.last {
                    inherit(.block(block), from: .block(parent), head)
                } else {
                    inherit(.block(block), fromAllOf: block.space, head)
                }
                wider.append(block)
            }
        }
    }

    private mutating func inherit(_ reach: PolicyKey.Reach, fromAllOf space: AddressSpace, _ head: PolicyKey.Head) {
        inherit(reach, from: .everywhere, head)
        inherit(reach, from: .space(space), head)
    }

    private mutating func inherit(_ reach: PolicyKey.Reach, from wider: PolicyKey.Reach, _ head: PolicyKey.Head) {
        guard let value = entries[PolicyKey(head: head, reach: wider)] else { return }
        enter(value, at: PolicyKey(head: head, reach: reach))
    }
}

extension PolicyKey.Reach {
    /// The reaches of the addresses of a permission.
    static func of(_ addresses: PolicyPermission.Addresses) -> [PolicyKey.Reach] {
        switch addresses {
        case .all: [.everywhere]
        case .prefixes(let prefixes): prefixes.flatMap(of)
        case .span(let span): of(span)
        }
    }

    /// The reaches of a prefix of the rules, which judge an IPv4-mapped address as IPv4.
    static func of(_ prefix: AddressPrefix) -> [PolicyKey.Reach] {
        let spaces: [AddressSpace] = if case .v4 = prefix.address { [.v4, .mapped] } else { [.v6] }
        return spaces.map { space in
            prefix.length == 0 ? .space(space) : .block(AddressBlock(prefix, in: space))
        }
    }

    /// The reaches of addresses that are meant each for itself, as in the authbind tree, to which a wildcard is an address like the others.
    ///
    /// ::ffff:0.0.0.0 is left out where :: is not meant as well: it would complete a rule that allows :: for IPv6 alone.
    static func of(_ span: AddressSpan) -> [PolicyKey.Reach] {
        if span.isIPv4 { return of(span.first, span.last, in: .v4, withWildcard: true) }
        let mapped = (first: UInt128(0xFFFF_0000_0000), last: UInt128(0xFFFF_FFFF_FFFF))
        var reaches = of(span.first, span.last, in: .v6, withWildcard: true)
        if span.first <= mapped.last, mapped.first <= span.last {
            let first = max(span.first, mapped.first) - mapped.first
            let last = min(span.last, mapped.last) - mapped.first
            reaches += of(first, last, in: .mapped, withWildcard: span.first == 0)
        }
        return reaches
    }

    private static func of(
        _ first: UInt128,
        _ last: UInt128,
        in space: AddressSpace,
        withWildcard: Bool
    ) -> [PolicyKey.Reach] {
        let blocks = AddressBlock.covering(first, last, in: space)
        if blocks.contains(where: { $0.length == 0 }) {
            return withWildcard ? [.space(space)] : AddressBlock.halves(of: space).map { .block($0) }
        }
        return blocks.map { .block($0) } + (first == 0 && withWildcard ? [.wildcard(space)] : [])
    }
}
