// SPDX-License-Identifier: Apache-2.0
#include "CLinux.h"

// As what(1) looks for it. Nothing refers to it, so that the linker has to be told to keep it.
__attribute__((used, retain, section(".lowport.version"))) static const char version[] = "@(#)lowport " CLINUX_VERSION;
