# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# A check is a line: `ok NAME`, or `not ok NAME` and what was said, which is in the file $said.

# judge NAME COMMAND...: it has to end with 0.
judge() {
    name_of_check=$1
    shift
    if "$@" >"${said:?}" 2>&1; then echo "ok $name_of_check"; else
        echo "not ok $name_of_check"
        sed 's/^/# /' "$said"
    fi
}
