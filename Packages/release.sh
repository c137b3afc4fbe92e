#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# release.sh: what `make release` makes, looked at: that it is the same twice, what the RPM packages contain and do, the list of
# contents, and the checksums.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C
release=.build-packages/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

said=$work/said
# shellcheck source=Packages/judge.sh
. Packages/judge.sh
# has NAME PATTERN, in what comes in
has() { judge "$1" grep -Eq -- "$2"; }

judge 'the checksums are right' sh -c "cd $release && sha256sum --quiet -c SHA256SUMS"
same_again() {
    cp $release/SHA256SUMS "$work/before"
    # In another directory, at another time, by somebody with other habits.
    mkdir "$work/elsewhere"
    Scripts/source-tree "$work/elsewhere/a-copy"
    (
        cd "$work/elsewhere/a-copy"
        # What the programs were compiled to lies where it was.
        ln -s "$OLDPWD/.build-release" .build-release
        cp "$OLDPWD/Package.resolved" . 2>/dev/null || true
        umask 077
        # It has looked at the same ones.
        export LINTIAN=no
        TZ=Pacific/Auckland LC_ALL=C.UTF-8 Scripts/release >"$work/after"
    ) && diff "$work/before" "$work/after"
}
judge 'made once more elsewhere, it is the same to the byte' same_again

main=$(ls $release/lowport-[0-9]*.rpm)
capabilities=cap_dac_read_search,cap_setpcap,cap_net_bind_service=p
query() { rpm -qp --nosignature "$@"; }
query --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILECAPS} %{FILENAMES}\n]' "$main" >"$work/files"
for helper in lowport-helper lowport-helper-nss; do
    has "the RPM package gives $helper its capabilities" "^-rwxr-xr-x root $capabilities /usr/libexec/lowport/$helper\$" <"$work/files"
done
judge '... and nothing else any' sh -c "[ \$(grep -c cap_ '$work/files') -eq 2 ]"
judge '... and nothing is set-id' sh -c "! grep -q '^-..[sS]\|^-.....[sS]' '$work/files'"
query --scripts "$main" >"$work/scripts"
has 'an upgrade renews the rules in the kernel' '^ *.usr.bin.lowport enforce reload' <"$work/scripts"
has 'a removal takes them out, or ends there' 'enforce disable || exit 1$' <"$work/scripts"
judge '... before units are stopped' awk '/enforce disable/ { taken = NR } /disable --now/ { exit !taken }' "$work/scripts"
judge 'the scriptlets are valid' sh -c "sed '/scriptlet (using/d' '$work/scripts' | sh -n"
query --requires "$main" >"$work/requires"
judge 'it starts with glibc 2.28' sh -c "! grep -o 'GLIBC_2\.[0-9]*' '$work/requires' | sed 's/GLIBC_2\.//' | awk '\$1 > 28 { print; bad = 1 } END { exit !bad }'"
query --provides $release/lowport-authbind-*.rpm | has 'the RPM package provides authbind' '^authbind = '
query --list $release/lowport-authbind-*.rpm | has '... under its paths' '^/usr/lib/authbind/libauthbind.so.1$'
query --scripts $release/lowport-netcat-*.rpm | has 'nc is an alternative' 'update-alternatives --install /usr/bin/nc nc /usr/bin/nc.lowport'
mkdir -p "$work/root/var/lib/rpm"
judge 'rpm installs it' unshare --mount --net rpm --root "$work/root" --install --nodeps --noscripts --nosignature "$main"
judge '... with the pages, each of whose links leads to a file' Scripts/dead-links "$work/root/usr/share/doc/lowport"
judge '... with the capabilities' .build-dist/setcap -q -v $capabilities "$work/root/usr/libexec/lowport/lowport-helper"

list=$(ls $release/*.spdx.json)
judge 'the list of contents has the checksum of each program' sh -c "for file in .build-dist/lowport-admin .build-dist/nc; do
    grep -q \"\$(sha256sum <\$file | cut -d ' ' -f 1)\" '$list' || exit 1; done"
if python3 -m venv "$work/python" >/dev/null 2>&1 && "$work/python/bin/pip" -q install spdx-tools >/dev/null 2>&1; then
    judge 'it is valid SPDX' "$work/python/bin/pyspdxtools" -i "$list"
else
    echo 'skipped it is valid SPDX: no validator can be had'
fi
echo end
