# SPDX-License-Identifier: Apache-2.0
# For the spec of the package: after each transaction that installs files there (rpm-file-triggers(7)).
%transfiletriggerin -- /usr /opt
if [ -e /etc/lowport/programs.enabled ]; then /usr/bin/lowport programs apply --quiet || :; fi
