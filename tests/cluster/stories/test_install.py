"""What deploy/ and the overlays of examples/install/ install, and that it may do its work."""
import json

import pytest
import yaml

from bed import audit, freshet, pki, plane
from bed.kube import path_of
from bed.phases import go_on, rest_in
from bed.run import REPOSITORY

INSTALL = REPOSITORY / "examples" / "install"
OVERLAYS = ["deploy"] + [f"examples/install/{path.name}" for path in sorted(INSTALL.iterdir())]
THEIRS = "shop"  # the namespace that examples are written for
LOCAL = "freshet-8"  # a process of the program that is installed for one namespace


def installed(run, overlay, namespace=None):
    """The objects of an overlay; those of the examples' namespace in this one."""
    text = plane.kubectl(run, "kustomize", str(REPOSITORY / overlay))
    documents = list(yaml.safe_load_all(text))
    for document in documents if namespace else []:
        for place in [document["metadata"], *document.get("subjects", [])]:
            if place.get("namespace") == THEIRS:
                place["namespace"] = namespace
    return documents


@pytest.fixture
def theirs(run):
    """The namespace that the examples are written for."""
    plane.kubectl(run, "create", "namespace", THEIRS)
    yield
    plane.kubectl(run, "delete", "namespace", THEIRS, "--wait=false")


@pytest.mark.alone
def test_an_overlay_is_taken_by_the_cluster_and_its_pods_are_restricted(
        run, kube, controller, theirs):
    for overlay in OVERLAYS:
        check(run, kube, overlay)


def check(run, kube, overlay):
    plane.kubectl(run, "apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k",
                  str(REPOSITORY / overlay))
    deployment, = (d for d in installed(run, overlay) if d["kind"] == "Deployment")
    template = deployment["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
           "metadata": {**template["metadata"], "generateName": "freshet-"}}
    # Its own namespace allows pods of the strictest level, and no others.
    path = path_of("pod", freshet.NAMESPACE) + "?dryRun=All"
    assert kube.call("POST", path, pod)["metadata"]["name"].startswith("freshet-")
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    code, body = kube.raw("POST", path, pod)
    assert (code, b"restricted" in body) == (403, True)


@pytest.mark.alone
def test_an_installation_for_one_namespace_needs_no_right_beyond_it(shop, run, controller):
    freshet.kill_9(run)
    documents = [d for d in installed(run, "examples/install/single-namespace", shop.namespace)
                 if d["kind"] != "Deployment"]
    plane.apply(run, document=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    user = f"system:serviceaccount:{shop.namespace}:freshet"
    token = plane.kubectl(run, "create", "token", "freshet", "-n", shop.namespace).strip()
    kubeconfig = run.folder / f"{LOCAL}.kubeconfig"
    pki.write_kubeconfig(run, kubeconfig, token)
    try:
        freshet.start_process(
            run, LOCAL, freshet.replica_port(LOCAL),
            ["--watch-namespace", shop.namespace, "--leader-elect",
             "--leader-elect-namespace", shop.namespace], {"HOSTNAME": LOCAL}, kubeconfig)
        digest = rest_in(shop, "Shifting")
        go_on(shop, "Shifting")
        shop.until_promoted(digest)
    finally:
        run.kill(LOCAL)
        freshet.start(run)
    asked = audit.requests_of(run.audit_log, user, 0)
    refused = {entry[:3] for entry in asked if entry[3] != "allow"}
    assert {resource for _, resource, _ in refused} <= {
        "nodes", "clusterrolloutpolicies", "customresourcedefinitions"}
    assert ("serving.knative.dev", "services", "patch", "allow") in asked
