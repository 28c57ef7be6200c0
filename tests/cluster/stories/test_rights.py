"""The program's account has the rights of deploy/rbac.yaml, all it needs and none beside."""
import pytest
import yaml

from bed import audit, freshet
from bed.phases import go_on, rest_in
from bed.run import REPOSITORY
from bed.shop import SERVICE


RIGHTS_KNOWN_AFTER = 10.0  # seconds in which a restarted API server may still refuse anybody
ROLES = [("ClusterRole", "freshet-controller"), ("ClusterRole", "freshet-controller-cluster"),
         ("Role", "freshet-election"), ("ClusterRole", "freshet-api")]
RARE = {("freshet.dev", "trackedservices", "get"),  # after a write that was overtaken
        ("freshet.dev", "rolloutpolicies/status", "patch"),  # of those that there are
        ("freshet.dev", "clusterrolloutpolicies/status", "patch"),
        ("coordination.k8s.io", "leases", "create"),  # where there is none yet
        ("authentication.k8s.io", "tokenreviews", "create"),  # where the API is asked: test_api.py
        ("authorization.k8s.io", "subjectaccessreviews", "create")}
SECRETS = ("", "secrets", "get")  # granted by name, a namespace at a time: test_secrets.py


def granted():
    """{(group, resource, verb)} of the controller's roles."""
    documents = [document for name in ("rbac.yaml", "api.yaml") for document in
                 yaml.safe_load_all((REPOSITORY / "deploy" / name).read_text())]
    roles = [d for d in documents if (d["kind"], d["metadata"]["name"]) in ROLES]
    return {(group, resource, verb) for role in roles for rule in role["rules"]
            for group in rule["apiGroups"] for resource in rule["resources"]
            for verb in rule["verbs"]}


@pytest.mark.alone
def test_no_request_is_refused_and_no_right_is_unused(shop, run, controller):
    freshet.kill_9(run)  # what it asks for at its start is asked for again
    freshet.start(run)
    digest = rest_in(shop, "Shifting")
    go_on(shop, "Shifting")
    shop.until_promoted(digest)
    shop.annotate("pause", "to be answered")
    shop.until("the answer", lambda: "Paused" in shop.reasons())
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.until("it to be let go", lambda: shop.kube.get(
        "trackedservice", shop.namespace, SERVICE) is None)
    since = (run.folder / "pid" / "kube-apiserver").stat().st_mtime + RIGHTS_KNOWN_AFTER
    asked = audit.requests_of(run.audit_log, freshet.user(run), since)
    asked = {entry for entry in asked if entry[:3] != SECRETS}
    assert {entry for entry in asked if entry[3] != "allow"} == set()
    used = {entry[:3] for entry in asked}
    assert used - granted() == set()
    assert granted() - used - RARE == set()
    assert "OtherDefinition" not in run.tail(freshet.NAME, 100000)
