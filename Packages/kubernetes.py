#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kubernetes.py check: whether the manifests below Packaging/kubernetes have the fields and values without which the DaemonSet
would be refused, or would not do what it is for, and no others. kubernetes.py run NODE CONTAINER: prints the options and arguments
of podman for a container of the DaemonSet, a word a line, where NODE has the files of the node; each is from the manifest, and a
field that is missing is an error. kubernetes.py ready: prints the command of the readiness probe, a word a line.
"""

import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "Packaging/kubernetes"
LABELS = {"app.kubernetes.io/name": "lowport"}
# All of the pod but its containers and volumes.
POD = {
    "hostNetwork": True,
    "shareProcessNamespace": True,
    "automountServiceAccountToken": False,
    "enableServiceLinks": False,
    "nodeSelector": {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"},
    "tolerations": [{"operator": "Exists"}],
    "securityContext": {"seccompProfile": {"type": "Unconfined"}},
}
CONFINED = {"runAsUser": 0, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
LOADER = ["BPF", "NET_ADMIN", "PERFMON"]
# The arguments and capabilities of each container.
CONTAINERS = {
    "apply": (["apply", "/config/kubernetes.rules", "--name", "kubernetes"], LOADER),
    "enable": (["enforce", "enable"], LOADER),
    "log": (["log", "--follow"], ["BPF", "NET_ADMIN"]),
}
READINESS = {"exec": {"command": ["/usr/bin/lowport", "enforce", "status"]}, "periodSeconds": 30, "timeoutSeconds": 10}
# Where each volume is, in the node and in the container, and whether it is read-only.
MOUNTS = {
    "etc": ("/etc/lowport", False),
    "state": ("/var/lib/lowport", False),
    "run": ("/run/lowport", False),
    "bpf": ("/sys/fs/bpf", False),
    "cgroup": ("/sys/fs/cgroup", True),
}


def load(name):
    return yaml.safe_load((DIRECTORY / name).read_text())


def same(what, wanted, found):
    if wanted != found:
        sys.exit(f"{what}: is {found}, and has to be {wanted}")


def check():
    """What an API server would refuse, and what would end in a pod that does not start, or not do its work."""
    daemons, kustomization = load("daemonset.yaml"), load("kustomization.yaml")
    same("kind", ("apps/v1", "DaemonSet"), (daemons["apiVersion"], daemons["kind"]))
    same("fields of the DaemonSet", {"selector", "updateStrategy", "template"}, set(daemons["spec"]))
    same("selector", {"matchLabels": LABELS}, daemons["spec"]["selector"])
    same("labels", LABELS, daemons["spec"]["template"]["metadata"]["labels"])
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
    same("updateStrategy", strategy, daemons["spec"]["updateStrategy"])

    pod = daemons["spec"]["template"]["spec"]
    same("pod", POD, {field: value for field, value in pod.items() if field not in ("initContainers", "containers", "volumes")})
    same("initContainers", ["apply", "enable"], [container["name"] for container in pod["initContainers"]])
    same("containers", ["log"], [container["name"] for container in pod["containers"]])
    mounts = [{"name": "rules", "mountPath": "/config/kubernetes.rules", "subPath": "kubernetes.rules", "readOnly": True}]
    for volume, (place, is_read_only) in MOUNTS.items():
        mounts.append({"name": volume, "mountPath": place} | ({"readOnly": True} if is_read_only else {}))
    for container in pod["initContainers"] + pod["containers"]:
        name = container["name"]
        arguments, capabilities = CONTAINERS[name]
        context = CONFINED | {"capabilities": {"drop": ["ALL"], "add": capabilities}}
        wanted = {"name": name, "image": "lowport", "args": arguments, "securityContext": context, "volumeMounts": mounts}
        if name == "log":
            wanted["readinessProbe"] = READINESS
            same("resources", {"requests", "limits"}, set(container.pop("resources")))
        same(f"container {name}", wanted, container)
    volumes = [{"name": "rules", "configMap": {"name": "lowport-rules", "defaultMode": 0o644}}]
    for volume, (place, _) in MOUNTS.items():
        kind = "Directory" if place.startswith("/sys/") else "DirectoryOrCreate"
        volumes.append({"name": volume, "hostPath": {"path": place, "type": kind}})
    same("volumes", volumes, pod["volumes"])

    version = subprocess.run([ROOT / "Scripts/version"], check=True, capture_output=True, text=True).stdout.strip()
    same("images", [{"name": "lowport", "newName": "registry.example/lowport", "newTag": version}], kustomization["images"])
    same("resources", ["namespace.yaml", "daemonset.yaml"], kustomization["resources"])
    generators = [{"name": "lowport-rules", "files": ["kubernetes.rules"]}]
    same("configMapGenerator", generators, kustomization["configMapGenerator"])
    namespace = load("namespace.yaml")
    same("namespace", kustomization["namespace"], namespace["metadata"]["name"])
    same("labels", {"pod-security.kubernetes.io/enforce": "privileged"}, namespace["metadata"]["labels"])
    page = (ROOT / "Documentation/how-to/kubernetes.md").read_text()
    if (DIRECTORY / "kubernetes.rules").read_text() not in page:
        sys.exit("the page shows other rules")


def run(node, name):
    """What the kubelet would ask of an engine."""
    pod = load("daemonset.yaml")["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    (container,) = (one for one in pod["initContainers"] + pod["containers"] if one["name"] == name)
    context = container["securityContext"]
    print("--network=host" if pod["hostNetwork"] else "--network=none")
    # Process 1 is the kubelet's then, and none of the container.
    print(f"--init={str(pod['shareProcessNamespace']).lower()}")
    print(f"--security-opt=seccomp={pod['securityContext']['seccompProfile']['type'].lower()}")
    print(f"--user={context['runAsUser']}")
    if not context["allowPrivilegeEscalation"]:
        print("--security-opt=no-new-privileges")
    if context["readOnlyRootFilesystem"]:
        print("--read-only", "--read-only-tmpfs=false", sep="\n")
    print(*(f"--cap-drop={capability}" for capability in context["capabilities"]["drop"]), sep="\n")
    print(*(f"--cap-add={capability}" for capability in context["capabilities"]["add"]), sep="\n")
    for mount in container["volumeMounts"]:
        volume = volumes[mount["name"]]
        source = volume["hostPath"]["path"] if "hostPath" in volume else f"/config/{mount['subPath']}"
        # The kernel's own file systems are those of the namespaces of the test.
        place = source if source.startswith("/sys/") else f"{node}{source}"
        print(f"--volume={place}:{mount['mountPath']}:{'ro' if mount.get('readOnly') else 'rw'}")
    print("IMAGE", *container["args"], sep="\n")


def ready():
    """What the kubelet would run to know whether the pod is ready."""
    (container,) = load("daemonset.yaml")["spec"]["template"]["spec"]["containers"]
    print(*container["readinessProbe"]["exec"]["command"], sep="\n")


{"check": check, "run": run, "ready": ready}[sys.argv[1]](*sys.argv[2:])
