// SPDX-License-Identifier: Apache-2.0
// Extended attributes.
#ifndef CLINUX_XATTR_H
#define CLINUX_XATTR_H

#include <sys/xattr.h>

#endif
