// SPDX-License-Identifier: Apache-2.0

// Its types, such as `Port` and `Errno`, are part of this module's declarations.
@_exported public import LowportLinux
