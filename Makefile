# SPDX-License-Identifier: Apache-2.0
# The verbs of Lowport. Each installs the Debian packages that it needs when root runs it, and otherwise names them.

PREFIX ?= /usr/local
DESTDIR ?=
export PREFIX DESTDIR

BUILD_NEEDS = strip:binutils musl-gcc:musl-tools
TEST_NEEDS = authbind:authbind setcap:libcap2-bin nc.openbsd:netcat-openbsd ncat:ncat strace:strace \
	getfattr:attr setpriv:util-linux ip:iproute2 /usr/bin/python3:python3 nginx:nginx-light go:golang-go node:nodejs \
	haproxy:haproxy caddy:caddy lighttpd:lighttpd apache2:apache2-bin busybox:busybox-static musl-gcc:musl-tools socat:socat \
	curl:curl java:default-jdk-headless pgrep:procps readelf:binutils /usr/share/doc/python3-seccomp:python3-seccomp \
	systemd-socket-activate:systemd ss:iproute2 rpmbuild:rpm promtool:prometheus /usr/lib/systemd/systemd-journald:systemd \
	ansible-playbook:ansible-core tomcat10-instance-create:tomcat10-user
BENCH_NEEDS = authbind:authbind getcap:libcap2-bin nc.openbsd:netcat-openbsd nc.traditional:netcat-traditional ncat:ncat \
	socat:socat redir:redir cc:gcc setpriv:util-linux ip:iproute2 /usr/bin/python3:python3
CROSS_NEEDS = aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu aarch64-linux-gnu-strip:binutils-aarch64-linux-gnu \
	/usr/aarch64-linux-gnu/include/stdio.h:libc6-dev-arm64-cross
MACHINES_NEEDS = qemu-system-x86_64:qemu-system-x86 qemu-system-aarch64:qemu-system-arm cpio:cpio \
	busybox:busybox-static cc:gcc setpriv:util-linux $(CROSS_NEEDS)
DISTRIBUTIONS_NEEDS = busybox:busybox-static musl-gcc:musl-tools /lib/ld-musl-x86_64.so.1:musl unshare:util-linux
INTEGRATIONS_NEEDS = curl:curl ip:iproute2 setpriv:util-linux /usr/bin/python3:python3 systemd-socket-activate:systemd
DEB_NEEDS = dh:debhelper dpkg-buildpackage:dpkg-dev lintian:lintian
RELEASE_NEEDS = $(DEB_NEEDS) rpmbuild:rpm /usr/bin/python3:python3
PACKAGES_NEEDS = $(RELEASE_NEEDS) mmdebstrap:mmdebstrap podman:podman crun:crun musl-gcc:musl-tools ip:iproute2 setpriv:util-linux \
	/usr/lib/python3/dist-packages/yaml/__init__.py:python3-yaml /usr/share/doc/python3-venv:python3-venv \
	kubectl:kubernetes-client systemd-analyze:systemd puppet:puppet-agent
SITE_NEEDS = sphinx-build:python3-sphinx /usr/share/doc/python3-myst-parser:python3-myst-parser /usr/share/doc/furo:furo \
	/usr/share/javascript/normalize.css/normalize.css:node-normalize.css dot:graphviz mandoc:mandoc /usr/bin/python3:python3
LINT_NEEDS = $(SITE_NEEDS) /usr/lib/python3/dist-packages/proselint/__init__.py:python3-proselint hunspell:hunspell /usr/share/hunspell/en_GB.dic:hunspell-en-gb shellcheck:shellcheck mandoc:mandoc /usr/bin/python3:python3 git:git

.PHONY: help
help:
	@echo "make quickstart   see it work: builds, and plays the tutorial in private namespaces; KEEP=yes leaves a shell there"
	@echo "make build        build the release into .build-dist"
	@echo "make test         run all tests but those of the packages and the examples; as root, with nothing left out"
	@echo "make test-integrations   build and run the examples of servers on SwiftNIO, Hummingbird and gRPC; as root"
	@echo "make test-pages   play the commands of the pages below Documentation, in private namespaces; as root"
	@echo "make recording    make the recording in the README again, from what the quickstart prints"
	@echo "make machines     try each method, and podman, on other kernels, under emulation; make test does it too if qemu is there"
	@echo "make distributions try each method with the C libraries of other distributions; make test does it too"
	@echo "make documentation  make the pages of the libraries for Swift programs, below .build-documentation"
	@echo "make site         make the pages and manuals as a site with a search that works offline, in .build-site/html"
	@echo "make deb          make the Debian packages, in .build-packages/deb"
	@echo "make rpm          make the RPM packages, in .build-packages/rpm"
	@echo "make archive      make an archive that installs itself on any distribution, Alpine too"
	@echo "make image        make an image for containers, with the kernel engine for nodes of Kubernetes"
	@echo "make release      make the packages and the archive, a list of what is in them and their checksums, in .build-packages/release"
	@echo "make test-packages   install, upgrade, remove and purge the packages in fresh systems; run the image, by podman"
	@echo "make cross-aarch64   build all but lowport-admin for aarch64, on another machine, into .build-aarch64/dist"
	@echo "make bench        measure each figure beside the tool that one would use instead; as root"
	@echo "make lint         check format, scripts and manuals"
	@echo "make fuzz         feed malformed input to every parser, a minute each; see Documentation/fuzzing.md"
	@echo "make sanitize     run the unit tests under AddressSanitizer and ThreadSanitizer"
	@echo "make install      install below PREFIX ($(PREFIX)), staged below DESTDIR"
	@echo "make uninstall    remove it again; the policy below /etc stays"

.PHONY: quickstart
quickstart:
	@Scripts/need setpriv:util-linux ip:iproute2 /usr/bin/python3:python3
	@Scripts/build-quickly
	@PROGRAMS=.build-quickly/dist Scripts/quickstart $(if $(KEEP),--keep)

.PHONY: build
build:
	@Scripts/need $(BUILD_NEEDS)
	@Scripts/build

.PHONY: test
test: lint build
	@Scripts/need $(TEST_NEEDS)
	@Scripts/container-profiles
	@Scripts/test
	@Scripts/in-time "the pages" Documentation/test || case $$? in 75 | 77) ;; *) exit 1 ;; esac
	@Scripts/in-time "other machines" Machines/all.sh || [ $$? -eq 75 ]
	@Scripts/archive >/dev/null && Scripts/in-time "other distributions" Distributions/run.sh || [ $$? -eq 75 ]

.PHONY: test-pages
test-pages: build
	@Scripts/need $(TEST_NEEDS)
	@Documentation/test

.PHONY: recording
recording: build
	@Scripts/need setpriv:util-linux ip:iproute2 /usr/bin/python3:python3
	@Documentation/record

.PHONY: documentation
documentation:
	@Scripts/documentation

.PHONY: site
site:
	@Scripts/need $(SITE_NEEDS)
	@Site/build

.PHONY: test-integrations
test-integrations: build
	@Scripts/need $(INTEGRATIONS_NEEDS)
	@Examples/test

.PHONY: cross-aarch64
cross-aarch64:
	@Scripts/need $(CROSS_NEEDS)
	@Scripts/cross-aarch64

.PHONY: machines
machines: build
	@Scripts/need $(MACHINES_NEEDS)
	@Machines/all.sh

.PHONY: deb
deb: build
	@Scripts/need $(DEB_NEEDS)
	@Scripts/deb

.PHONY: rpm
rpm: build
	@Scripts/need rpmbuild:rpm
	@Scripts/rpm

.PHONY: image
image: build
	@Scripts/need /usr/bin/python3:python3
	@Scripts/image

.PHONY: release
release: build
	@Scripts/need $(RELEASE_NEEDS)
	@Scripts/release

.PHONY: test-packages
test-packages: build
	@Scripts/need $(PACKAGES_NEEDS)
	@Packages/run.sh

# For Packages/run.sh, which is also started by itself.
.PHONY: packages-needs
packages-needs:
	@echo $(PACKAGES_NEEDS)

.PHONY: archive
archive: build
	@Scripts/archive

.PHONY: distributions
distributions: build
	@Scripts/need $(DISTRIBUTIONS_NEEDS)
	@Scripts/archive >/dev/null
	@Distributions/run.sh

.PHONY: bench
bench: build
	@Scripts/need $(BENCH_NEEDS)
	@Scripts/bench

.PHONY: lint
lint:
	@Scripts/need $(LINT_NEEDS)
	@swift format lint --strict --recursive Sources Tests Integrations Examples Package.swift
	@shellcheck Scripts/* Machines/*.sh Distributions/*.sh Packages/*.sh Packages/journeys/*.sh Packaging/archive/install.sh Packaging/debian/*inst Packaging/debian/*rm \
		Packaging/debian/glibc-needed Examples/test Examples/consumer Examples/cases Fuzz/run.sh .ci/run Packaging/completions/nc.bash
	@Documentation/test --links
	@Documentation/spelling
	@Site/build
	@Documentation/manuals
	@Documentation/listed
	@mandoc -T lint -W warning Documentation/man/*.[1-8]

# FUZZ_SECONDS for each target, FUZZ_TARGETS for some of them, FUZZ_JOBS at a time.
.PHONY: fuzz
fuzz:
	@Scripts/need
	@Fuzz/run.sh

.PHONY: sanitize
sanitize:
	@Scripts/need
	@Scripts/sanitize

.PHONY: install
install:
	@[ -x .build-dist/lowport-admin ] || $(MAKE) build
	@Scripts/install

.PHONY: uninstall
uninstall:
	@Scripts/uninstall

.PHONY: clean
clean:
	rm -rf .build .build-* Fuzz/.build
