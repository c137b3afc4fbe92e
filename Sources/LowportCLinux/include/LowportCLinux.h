// SPDX-License-Identifier: Apache-2.0
// What Swift cannot import from libc and the kernel headers: macros, variadic functions, errno, clone(2).
// One facility, one header. Only the room `Linux` and the preload library import this module.
#ifndef CLINUX_H
#define CLINUX_H

// Layouts that are shared with the kernel, and the numbers in what Lowport itself keeps in maps, are little-endian everywhere.
#if !(defined(__x86_64__) || defined(__aarch64__)) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Lowport is for x86-64 and for aarch64 in little-endian mode"
#endif

#include "clinux_capability.h"
#include "clinux_confinement.h"
#include "clinux_datagrams.h"
#include "clinux_epoll.h"
#include "clinux_errno.h"
#include "clinux_features.h"
#include "clinux_files.h"
#include "clinux_filesystems.h"
#include "clinux_helper_call.h"
#include "clinux_helper_request.h"
#include "clinux_identity.h"
#include "clinux_limits.h"
#include "clinux_loader.h"
#include "clinux_namespaces.h"
#include "clinux_broker.h"
#include "clinux_bpf.h"
#include "clinux_netcat.h"
#include "clinux_notice.h"
#include "clinux_places.h"
#include "clinux_processes.h"
#include "clinux_restriction.h"
#include "clinux_shared.h"
#include "clinux_sockets.h"
#include "clinux_threads.h"
#include "clinux_text.h"
#include "clinux_time.h"
#include "clinux_version.h"
#include "clinux_xattr.h"

#endif
