// SPDX-License-Identifier: Apache-2.0
public import Linux

/// X.
public func xPortPolicy() -> Errno { Errno.permissionDenied }
