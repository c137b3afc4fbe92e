// SPDX-License-Identifier: Apache-2.0
import PortPolicy
import Testing

/// Whether the helper can find every name in the files.
@Suite struct NameSourcesTests {
    @Test(
        arguments: [
            "", "passwd: files", "passwd:files\ngroup:\tfiles \n", "# passwd: ldap",
            "hosts: files dns\nshadow: files sss",
            "passwd: files # sss", "passwd: files [NOTFOUND=return]", "passwd", ":", "passwd:[", "passwords: sss",
        ]
    )
    func filesAlone(_ text: String) { #expect(!NameSources.areOtherThanFiles(in: Array(text.utf8))) }

    @Test(
        arguments: [
            "passwd: files sss", "passwd: compat", "group: ldap files", " group : files systemd",
            "passwd:files\ngroup: x",
            "passwd: files [NOTFOUND=continue] sss", "passwd: files[SUCCESS=return]db",
        ]
    )
    func others(_ text: String) { #expect(NameSources.areOtherThanFiles(in: Array(text.utf8))) }
}
