// SPDX-License-Identifier: Apache-2.0
internal import LowportCLinux

/// Where packages and `make install` put the parts of Lowport that people do not start themselves.
package enum StandardPlaces {
    /// The paths at which the part with the file name `name` may be, in the order in which it is looked for.
    package static func paths(of name: ByteString) -> [ByteString] {
        var paths: [ByteString] = []
        while let place = unsafe clinux_place(Int32(paths.count)) {
            unsafe paths.append(ByteString(cString: place) + name)
        }
        return paths
    }
}
