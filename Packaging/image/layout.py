#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""layout.py ROOT VERSION TIME NAME: writes an archive of an OCI image layout to standard output (opencontainers/image-spec,
image-layout.md): one layer with what is below the directory ROOT, as root's, and lowport as what it runs.

The same files are the same image to the byte: all times are TIME, in seconds, names are sorted, and nothing is compressed,
which a registry does on its own.
"""

import datetime
import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def entry(name, time, mode, size=0, kind=tarfile.REGTYPE):
    """A header of tar that depends on nothing but the arguments."""
    header = tarfile.TarInfo(name)
    header.type, header.mtime, header.mode, header.size = kind, time, mode, size
    return header


def layer(root, time):
    """The files below a directory as an archive of tar: directories first, each before what is in it."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise SystemExit(f"layout.py: {path}: neither a file nor a directory")
            if path.is_dir():
                archive.addfile(entry(name, time, 0o755, kind=tarfile.DIRTYPE))
                continue
            content = path.read_bytes()
            mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            archive.addfile(entry(name, time, mode, len(content)), io.BytesIO(content))
    return output.getvalue()


def main(root, version, time, name):
    files = {}

    def blob(content, media_type):
        """Adds a blob, and returns what refers to it."""
        digest = hashlib.sha256(content).hexdigest()
        files[f"blobs/sha256/{digest}"] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def text(value):
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    files_of_image = blob(layer(pathlib.Path(root), int(time)), "application/vnd.oci.image.layer.v1.tar")
    created = datetime.datetime.fromtimestamp(int(time), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    configuration = {
        "architecture": ARCHITECTURES[os.uname().machine],
        "os": "linux",
        "created": created,
        "config": {
            "Entrypoint": ["/usr/bin/lowport"],
            "Env": ["PATH=/usr/bin"],
            "Labels": {
                "org.opencontainers.image.title": "lowport",
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.licenses": "Apache-2.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [files_of_image["digest"]]},
        "history": [{"created": created, "created_by": "Scripts/image"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(text(configuration), "application/vnd.oci.image.config.v1+json"),
        "layers": [files_of_image],
    }
    reference = blob(text(manifest), manifest["mediaType"])
    reference["annotations"] = {"org.opencontainers.image.ref.name": f"{name}:{version}"}
    files["index.json"] = text({"schemaVersion": 2, "manifests": [reference]})
    files["oci-layout"] = text({"imageLayoutVersion": "1.0.0"})
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.USTAR_FORMAT) as archive:
        for directory in ("blobs", "blobs/sha256"):
            archive.addfile(entry(directory, int(time), 0o755, kind=tarfile.DIRTYPE))
        for path in sorted(files):
            archive.addfile(entry(path, int(time), 0o644, len(files[path])), io.BytesIO(files[path]))


main(*sys.argv[1:])
