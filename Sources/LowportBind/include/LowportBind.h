// SPDX-License-Identifier: Apache-2.0
// Linked into a program, LowportBind is its `bind`: bind(2), and where the kernel refuses a port with EACCES, a question to the
// helper of the Lowport that is installed, which binds the socket if a rule allows it.
//
// There is nothing to call and nothing to import. A target that has the product LowportBind among its dependencies has it:
//
//     .executableTarget(name: "server", dependencies: [.product(name: "LowportBind", package: "lowport")])
//
// What this `bind` does not reach, and what it leaves as it is: Documentation/how-to/swift-server.md.
#ifndef LOWPORT_BIND_H
#define LOWPORT_BIND_H
#endif
