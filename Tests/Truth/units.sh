# SPDX-License-Identifier: Apache-2.0
# Services of systemd: units.py writes the unit of each, and starts its program with its settings. Alice has a rule for port 80.
mount -t tmpfs -o mode=755 tmpfs /srv; mkdir /srv/site; ln -s site/server /srv/link
cp dynamic /srv/site/server; cp dynamic /srv/site/capable; setcap cap_net_bind_service=ep /srv/site/capable
# The systemd of this machine, but for programs of control groups, which it may be built with or without.
{ echo '#!/bin/sh'; systemctl --version | sed -e 's/-BPF_FRAMEWORK/+BPF_FRAMEWORK/' -e "s/.*/echo '&'/"; } > /srv/systemctl
chmod 755 /srv/systemctl; mount --bind /srv/systemctl /usr/bin/systemctl
lowport grant 80 --user alice --quiet
export BIN G VERBOSE="${VERBOSE:-}"; /usr/bin/python3 -I "$TRUTH/units.py"
