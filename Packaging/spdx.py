#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""spdx.py: writes what is in the release, as SPDX 2.3 in JSON, to standard output.

The packages of Swift are those that Package.resolved names; the files are those that Scripts/build built. What else is linked
into them: the libraries of the toolchain and musl, in the versions that are on this machine. The time is that of the changelog,
so that two lists of the same programs are the same.
"""
import datetime
import hashlib
import json
import os
import re
import subprocess

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


version = output("Scripts/version")
time = datetime.datetime.fromtimestamp(int(output("Scripts/version", "--time")), datetime.timezone.utc)
packages, files, relationships = [], [], []


def package(name, version, licence, location="NOASSERTION", comment=None, reference=None):
    identity = "SPDXRef-" + re.sub(r"[^a-zA-Z0-9.-]", "-", name)
    entry = {
        "SPDXID": identity,
        "name": name,
        "versionInfo": version or "NOASSERTION",
        "downloadLocation": location,
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "supplier": "NOASSERTION",
    }
    if comment:
        entry["comment"] = comment
    if reference:
        entry["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": reference}
        ]
    packages.append(entry)
    return identity


def relate(one, kind, other):
    relationships.append({"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other})


lowport = package("lowport", version, "Apache-2.0")
relate("SPDXRef-DOCUMENT", "DESCRIBES", lowport)

swift = "Apache-2.0 WITH Swift-exception"
with open("Package.resolved") as resolved:
    pins = sorted(json.load(resolved)["pins"], key=lambda pin: pin["identity"])
libraries = []
for pin in pins:
    state = pin["state"]
    libraries.append(
        package(
            pin["identity"],
            state.get("version", state["revision"]),
            swift,
            "git+%s@%s" % (pin["location"], state["revision"]),
            reference="pkg:swift/%s@%s"
            % (re.sub(r"^https?://|\.git$", "", pin["location"]), state.get("version", state["revision"])),
        )
    )
toolchain = re.search(r"Swift version (\S+)", output("swift", "--version"))
libraries.append(
    package("swift-runtime", toolchain and toolchain.group(1), swift, comment="Standard library, Foundation and its ICU, linked statically")
)
libraries.append(
    package("libstdc++", output("dpkg-query", "-W", "-f", "${Version}", "libstdc++-12-dev"), "GPL-3.0-or-later WITH GCC-exception-3.1")
)
musl = package("musl", output("dpkg-query", "-W", "-f", "${Version}", "musl-dev"), "MIT", comment="Linked statically")

static = {"lowport", "lowport-helper"}
for name in sorted(os.listdir(".build-dist")):
    path = os.path.join(".build-dist", name)
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        continue
    with open(path, "rb") as program:
        content = program.read()
    identity = "SPDXRef-File-" + re.sub(r"[^a-zA-Z0-9.-]", "-", name)
    files.append(
        {
            "SPDXID": identity,
            "fileName": "./" + name,
            "fileTypes": ["BINARY"],
            "checksums": [
                {"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
                {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()},
            ],
            "licenseConcluded": "NOASSERTION",
            "licenseInfoInFiles": ["Apache-2.0"],
            "copyrightText": "NOASSERTION",
        }
    )
    relate(lowport, "CONTAINS", identity)
    if name == "lowport-admin":
        for library in libraries:
            relate(identity, "STATIC_LINK", library)
    if name in static:
        relate(identity, "STATIC_LINK", musl)

# The files are those of the first package; the code is that of SPDX 2.3, 7.9.
packages[0]["filesAnalyzed"] = True
packages[0]["licenseInfoFromFiles"] = ["Apache-2.0"]
sums = sorted(entry["checksums"][0]["checksumValue"] for entry in files)
packages[0]["packageVerificationCode"] = {
    "packageVerificationCodeValue": hashlib.sha1("".join(sums).encode()).hexdigest()
}

digest = hashlib.sha256(json.dumps([packages, files], sort_keys=True).encode()).hexdigest()
print(
    json.dumps(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": "lowport-" + version,
            # Names this content, and leads nowhere.
            "documentNamespace": "urn:lowport:sbom:%s:%s" % (version, digest),
            "creationInfo": {
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "creators": ["Tool: lowport-spdx.py-" + version],
            },
            "packages": packages,
            "files": files,
            "relationships": relationships,
        },
        indent=2,
    )
)
