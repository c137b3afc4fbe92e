#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kubernetes.py check: whether the manifests below Packaging/kubernetes have what Kubernetes requires of them, and agree with
each other. kubernetes.py run NODE CONTAINER: prints the options and arguments of podman for a container of the DaemonSet, a
word a line, where NODE has the files of the node.
"""

import pathlib
import sys

import yaml

DIRECTORY = pathlib.Path(__file__).resolve().parent.parent / "Packaging/kubernetes"
CONTAINER = {"name", "image", "args", "securityContext", "volumeMounts", "readinessProbe", "resources"}
POD = {
    "hostNetwork", "shareProcessNamespace", "automountServiceAccountToken", "enableServiceLinks",
    "nodeSelector", "tolerations", "securityContext", "initContainers", "containers", "volumes",
}  # fmt: skip


def load(name):
    return yaml.safe_load((DIRECTORY / name).read_text())


def check():
    """What an API server would refuse, and what would end in a pod that does not start."""
    daemons, kustomization = load("daemonset.yaml"), load("kustomization.yaml")
    assert (daemons["apiVersion"], daemons["kind"]) == ("apps/v1", "DaemonSet")
    assert set(daemons["spec"]) == {"selector", "updateStrategy", "template"}
    template = daemons["spec"]["template"]
    labels = daemons["spec"]["selector"]["matchLabels"]
    assert labels.items() <= template["metadata"]["labels"].items(), "the selector selects other pods"
    pod = template["spec"]
    assert set(pod) <= POD, f"unknown fields: {set(pod) - POD}"
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for container in pod["initContainers"] + pod["containers"]:
        assert set(container) <= CONTAINER, f"unknown fields: {set(container) - CONTAINER}"
        assert all(isinstance(word, str) for word in container["args"])
        used = [mount["name"] for mount in container["volumeMounts"]]
        assert set(used) == set(volumes), f"volumes of {container['name']}: {used}"
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        assert context["capabilities"]["drop"] == ["ALL"] and "SYS_ADMIN" not in context["capabilities"]["add"]
        assert any(image["name"] == container["image"] for image in kustomization["images"])
    generated = {generator["name"]: generator["files"] for generator in kustomization["configMapGenerator"]}
    assert generated[volumes["rules"]["configMap"]["name"]] == [
        mount["subPath"] for mount in pod["containers"][0]["volumeMounts"] if "subPath" in mount
    ]
    for file in kustomization["resources"] + sum(generated.values(), []):
        assert (DIRECTORY / file).is_file(), f"{file} is not there"
    page = (DIRECTORY.parent.parent / "Documentation/how-to/kubernetes.md").read_text()
    assert (DIRECTORY / "kubernetes.rules").read_text() in page, "the page shows other rules"
    assert load("namespace.yaml")["metadata"]["name"] == kustomization["namespace"]


def run(node, name):
    """What the kubelet would ask of an engine."""
    pod = load("daemonset.yaml")["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    (container,) = (one for one in pod["initContainers"] + pod["containers"] if one["name"] == name)
    context = container["securityContext"]
    print(f"--user={context['runAsUser']}", "--read-only", "--read-only-tmpfs=false", sep="\n")
    print("--security-opt=no-new-privileges", "--security-opt=seccomp=unconfined", "--network=host", sep="\n")
    print("--cap-drop=ALL", *(f"--cap-add={capability}" for capability in context["capabilities"]["add"]), sep="\n")
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        source = volume["hostPath"]["path"] if "hostPath" in volume else f"/config/{mount['subPath']}"
        # The kernel's own file systems are those of the namespaces of the test.
        place = source if source.startswith("/sys/") else f"{node}{source}"
        print(f"--volume={place}:{mount['mountPath']}:{'ro' if mount.get('readOnly') else 'rw'}")
    print("IMAGE", *container["args"], sep="\n")


if sys.argv[1] == "check":
    check()
else:
    run(*sys.argv[2:])
