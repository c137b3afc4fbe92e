// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// What a server does about an error of accept(2).
package enum AcceptFailure: Sendable {
    /// The error of one connection, or none: the next one may succeed.
    case passing
    /// Something has run out, as descriptors or memory: clients wait for a moment.
    case exhausted
    /// The listener is of no use any more.
    case fatal

    /// Classifies `error`. Linux reports errors that are pending on the new connection as errors of accept(2).
    package init(_ error: Errno) {
        switch error.rawValue {
        case EAGAIN, EINTR, ECONNABORTED: self = .passing
        case ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT: self = .passing
        // EPERM, of a firewall or a filter, may be lasting: to try again at once could go on for ever.
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM: self = .exhausted
        default: self = .fatal
        }
    }
}
