#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fleet.sh: the snippets for Puppet and Salt, as Documentation/how-to/many-machines.md has them: as a trial, in earnest, again, and
# with an error in the rules. All of it happens in a private world. Salt is in no suite of Debian, and is tried where it is, or by
# the program that SALT_CALL names.
# shellcheck disable=SC2016
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

[ "${1:-}" = within ] || exec Scripts/world --copy-on-write "$PWD/Packages/fleet.sh" within

said=/tmp/said
# shellcheck source=Packages/judge.sh
. Packages/judge.sh
rules=/etc/lowport/rules.d/web.rules
# Where the packages put it.
ln -s /usr/local/bin/lowport /usr/bin/lowport
# snippet HEADING: the block of the page below it.
snippet() { sed -n "/^## $1\$/,/^## /{ /^\`\`\`/,/^\`\`\`\$/{ /^\`\`\`/d; p } }" Documentation/how-to/many-machines.md; }
fresh() { rm -rf /etc/lowport/wanted $rules; }
has_rule() { grep -qx 'allow user web tcp 80,443' $rules; }
# ends STATUS COMMAND...
ends() {
    wanted=$1 status=0
    shift
    "$@" || status=$?
    [ $status -eq "$wanted" ] || { echo "status $status" && return 1; }
}

# --detailed-exitcodes: 2 for changes, 4 for failures, 6 for both.
snippet Puppet >/tmp/site.pp
puppet() { command puppet apply --detailed-exitcodes "$@" /tmp/site.pp; }
fresh
judge 'Puppet, as a trial' ends 0 puppet --noop
judge '... changes nothing' test ! -e $rules
judge 'Puppet, in earnest' ends 2 puppet
judge '... has applied the rules' has_rule
judge 'Puppet, once more, changes nothing' ends 0 puppet
sed -i 's/allow user web/alow user web/' /tmp/site.pp
judge 'Puppet, with an error in the rules, fails' ends 6 puppet
judge '... and the old rules stay' has_rule

salt=${SALT_CALL:-salt-call}
if command -v "$salt" >/dev/null; then
    mkdir -p /tmp/salt /tmp/states
    printf 'root_dir: /tmp/salt\nid: test\nfile_client: local\nfile_roots: {base: [/tmp/states]}\n' >/tmp/salt/minion
    snippet Salt >/tmp/states/web.sls
    salt() {
        "$salt" --local --config-dir /tmp/salt --retcode-passthrough --out json --log-level quiet state.apply web "$@"
    }
    # changes COUNT [WORD...]: how many states the answer names changes of.
    changes() {
        wanted=$1
        shift
        salt "$@" >/tmp/answer || return 1
        python3 -c 'import json, sys
changes = [state for state in json.load(open("/tmp/answer"))["local"].values() if state["changes"]]
print(changes)
sys.exit(len(changes) != int(sys.argv[1]))' "$wanted"
    }
    fresh
    judge 'Salt, as a trial' changes 2 test=True
    judge '... changes nothing' test ! -e $rules
    judge 'Salt, in earnest' changes 2
    judge '... has applied the rules' has_rule
    judge 'Salt, once more, changes nothing' changes 0
    sed -i 's/allow user web/alow user web/' /tmp/states/web.sls
    judge 'Salt, with an error in the rules, fails' ends 2 salt
    judge '... and the old rules stay' has_rule
fi
echo end
