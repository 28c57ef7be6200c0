"""The program's account has the rights of deploy/rbac.yaml, all it needs and none beside."""
import pytest
import yaml

from bed import audit, freshet
from bed.phases import go_on, rest_in
from bed.run import REPOSITORY
from bed.shop import SERVICE


SECRETS = ("", "secrets", "get")  # granted by name, a namespace at a time: test_secrets.py


def granted():
    """{(group, resource, verb)} of the controller's ClusterRole."""
    documents = yaml.safe_load_all((REPOSITORY / "deploy" / "rbac.yaml").read_text())
    role = next(d for d in documents if d["kind"] == "ClusterRole"
                and d["metadata"]["name"] == "freshet-controller")
    return {(group, resource, verb) for rule in role["rules"] for group in rule["apiGroups"]
            for resource in rule["resources"] for verb in rule["verbs"]}


@pytest.mark.alone
def test_no_request_is_refused_and_no_right_is_unused(shop, run, controller):
    digest = rest_in(shop, "Shifting")
    go_on(shop, "Shifting")
    shop.until_promoted(digest)
    shop.annotate("pause", "to be answered")
    shop.until("the answer", lambda: "Paused" in shop.reasons())
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.until("it to be let go", lambda: shop.kube.get(
        "trackedservice", shop.namespace, SERVICE) is None)
    asked = audit.requests_of(run.audit_log, freshet.user(run))
    asked = {entry for entry in asked if entry[:3] != SECRETS}
    assert {entry for entry in asked if entry[3] != "allow"} == set()
    used = {entry[:3] for entry in asked}
    assert used - granted() == set()
    assert granted() - used == set()
    assert "OtherDefinition" not in run.tail(freshet.NAME, 100000)
