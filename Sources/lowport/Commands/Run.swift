// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `lowport run`.
struct Run: ParsableCommand {}
