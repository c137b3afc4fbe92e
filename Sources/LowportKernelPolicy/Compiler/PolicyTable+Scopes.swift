// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux
internal import LowportPolicy
internal import LowportPolicyInventory

extension PolicyTable {
    /// Merges into each entry the best value of all wider scopes, because the map returns only the narrowest match.
    mutating func inheritFromWiderScopes() {
        var narrow: [PolicyKey.Head: [PolicyKey.AddressScope]] = [:]
        for key in entries.keys where key.scope != .everywhere && key.scope != .nothing {
            narrow[key.head, default: []].append(key.scope)
        }
        for (head, scopes) in narrow {
            var blocks: [AddressBlock] = []
            for scope in scopes {
                switch scope {
                case .space: inherit(scope, from: .everywhere, head)
                case .block(let block): blocks.append(block)
                case .wildcard, .nothing, .everywhere: break
                }
            }
            for case .wildcard(let space) in scopes { inherit(.wildcard(space), fromAllOf: space, head) }
            var wider: [AddressBlock] = []
            for block in blocks.sorted(by: AddressBlock.precedes) {
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

    private mutating func inherit(
        _ scope: PolicyKey.AddressScope,
        fromAllOf space: AddressSpace,
        _ head: PolicyKey.Head
    ) {
        inherit(scope, from: .everywhere, head)
        inherit(scope, from: .space(space), head)
    }

    private mutating func inherit(
        _ scope: PolicyKey.AddressScope,
        from wider: PolicyKey.AddressScope,
        _ head: PolicyKey.Head
    ) {
        guard let value = entries[PolicyKey(head: head, scope: wider)] else { return }
        enter(value, at: PolicyKey(head: head, scope: scope))
    }
}

extension PolicyKey.AddressScope {
    static func of(_ addresses: PolicyPermission.Addresses) -> [PolicyKey.AddressScope] {
        switch addresses {
        case .all: [.everywhere]
        case .prefixes(let prefixes): prefixes.flatMap(of)
        case .span(let span): of(span)
        }
    }

    /// Returns the scopes of a prefix from the rules, which treat an IPv4-mapped address as IPv4.
    static func of(_ prefix: AddressPrefix) -> [PolicyKey.AddressScope] {
        let spaces: [AddressSpace] = if case .v4 = prefix.address { [.v4, .mapped] } else { [.v6] }
        return spaces.map { space in
            prefix.length == 0 ? .space(space) : .block(AddressBlock(prefix, in: space))
        }
    }

    /// Returns the scopes of individual addresses, as in the authbind tree, where a wildcard is an address like any
    /// other.
    ///
    /// ::ffff:0.0.0.0 is left out unless :: is included as well: it would complete a rule that allows :: for IPv6 only.
    static func of(_ span: AddressSpan) -> [PolicyKey.AddressScope] {
        if span.isIPv4 { return of(span.first, span.last, in: .v4, withWildcard: true) }
        let mapped = (first: UInt128(0xFFFF_0000_0000), last: UInt128(0xFFFF_FFFF_FFFF))
        var scopes = of(span.first, span.last, in: .v6, withWildcard: true)
        if span.first <= mapped.last, mapped.first <= span.last {
            let first = max(span.first, mapped.first) - mapped.first
            let last = min(span.last, mapped.last) - mapped.first
            scopes += of(first, last, in: .mapped, withWildcard: span.first == 0)
        }
        return scopes
    }

    private static func of(
        _ first: UInt128,
        _ last: UInt128,
        in space: AddressSpace,
        withWildcard: Bool
    ) -> [PolicyKey.AddressScope] {
        let blocks = AddressBlock.covering(first, last, in: space)
        if blocks.contains(where: { $0.length == 0 }) {
            return withWildcard ? [.space(space)] : AddressBlock.halves(of: space).map { .block($0) }
        }
        return blocks.map { .block($0) } + (first == 0 && withWildcard ? [.wildcard(space)] : [])
    }
}
