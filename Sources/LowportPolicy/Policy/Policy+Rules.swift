// SPDX-License-Identifier: Apache-2.0
internal import LowportLinux

extension Policy {
    /// Creates a policy of rules alone, for tests and for rules that are not installed yet.
    ///
    ///     let policy = try Policy(rules: "allow user web tcp 80,443")
    ///
    /// The names in the rules are those of this machine. There is no authbind tree.
    /// - Parameter text: the content of a rules file (lowport.rules(5)).
    /// - Throws: the first error of the text, since a file with an error allows nothing.
    public init(rules text: String) throws(RuleError) {
        let file = RulesFile(path: "rules", content: Array(text.utf8))
        if let error = file.errors.first { throw error }
        var contents = RuleStore.Contents()
        contents.files = [file]
        self = Policy(store: .system, tree: nil).with(rules: contents)
    }
}
