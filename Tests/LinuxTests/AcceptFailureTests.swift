// SPDX-License-Identifier: Apache-2.0
import Glibc
import LowportLinux
import Testing

/// What a server does about the errors that accept(2) lists.
@Suite struct AcceptFailureTests {
    @Test(
        "Errors of one connection pass, what has run out is waited for, and the rest ends the server",
        arguments: [
            (EAGAIN, .passing), (EINTR, .passing), (ECONNABORTED, .passing), (ENETDOWN, .passing), (EPROTO, .passing),
            (ENOPROTOOPT, .passing), (EHOSTDOWN, .passing), (ENONET, .passing), (EHOSTUNREACH, .passing),
            (ENETUNREACH, .passing), (ETIMEDOUT, .passing), (EMFILE, .exhausted), (ENFILE, .exhausted),
            (ENOBUFS, .exhausted), (ENOMEM, .exhausted), (EPERM, .exhausted), (EBADF, .fatal), (EINVAL, .fatal),
            (ENOTSOCK, .fatal), (EOPNOTSUPP, .fatal), (EFAULT, .fatal),
        ] as [(Int32, AcceptFailure)]
    )
    func classifies(_ number: Int32, _ expected: AcceptFailure) {
        #expect(AcceptFailure(Errno(rawValue: number)) == expected)
    }
}
