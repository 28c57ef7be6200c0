"""Tekton as far as gates see it: the kind TaskRun, and a controller that a story plays by hand."""
import json
import time

from bed import plane
from bed.kube import Kube, path_of
from bed.run import REPOSITORY, wait_for

# Tekton's own definition validates in a webhook, and keeps unknown fields, as this one does.
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "taskruns.tekton.dev"},
    "spec": {
        "group": "tekton.dev", "scope": "Namespaced",
        "names": {"kind": "TaskRun", "plural": "taskruns", "singular": "taskrun"},
        "versions": [{
            "name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}


def install(run):
    """The kind, and the program's right to use it. Many may call at once."""
    plane.apply(run, document=json.dumps(DEFINITION))
    kube = Kube(run.admin_kubeconfig)
    # An established kind's first requests may still be answered 429, "storage is initializing".
    wait_for("TaskRuns", lambda: kube.raw("GET", path_of("taskrun"))[0] == 200, 30)
    plane.apply(run, REPOSITORY / "deploy" / "tekton.yaml")


def runs(shop):
    """The TaskRuns of a shop, by attempt."""
    return sorted(shop.kube.list("taskrun", shop.namespace),
                  key=lambda item: int(item["metadata"]["labels"]["freshet.dev/attempt"]))


def params(item):
    return {param["name"]: param["value"] for param in item["spec"]["params"]}


def end(shop, item, reason, **results):
    """Tekton's controller ends it: `Succeeded`, or a failure of this reason."""
    shop.kube.patch("taskrun", shop.namespace, item["metadata"]["name"], {"status": {
        "completionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "conditions": [{"type": "Succeeded", "reason": reason, "message": f"played: {reason}",
                        "status": "True" if reason == "Succeeded" else "False"}],
        "results": [{"name": k, "type": "string", "value": v} for k, v in results.items()],
    }}, "status")
