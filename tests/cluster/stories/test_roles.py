"""Every command by people of each role: what the cluster does not allow changes nothing."""
import pytest

from bed import freshet, pki, plane
from bed.phases import rest_in
from bed.run import BedError
from bed.shop import CORE, SERVICE

# What each asks for.
COMMANDS = {
    "promote": [], "abort": ["--reason", "no"], "pause": [], "resume": [], "retry": [],
    "adopt": ["--to", "checkout-00001"], "rollback": ["--to", "checkout-00001"], "repair": [],
}
CHANGES_TRACKING = {"untrack": [], "approve": ["--reason", "fine"]}
# Cluster roles of rbac.yaml, and how the API server refuses those who have them.
ROLES = {"nobody": None, "viewer": "freshet-view"}


def person(shop, role):
    """The kubeconfig of a new account with this role in the shop's namespace."""
    plane.kubectl(shop.run, "create", "serviceaccount", role, "-n", shop.namespace)
    if ROLES.get(role, role):
        plane.kubectl(shop.run, "create", "rolebinding", role, "-n", shop.namespace,
                      f"--clusterrole={ROLES.get(role, role)}",
                      f"--serviceaccount={shop.namespace}:{role}")
    token = plane.kubectl(shop.run, "create", "token", role, "-n", shop.namespace).strip()
    path = shop.run.folder / f"{shop.namespace}-{role}.kubeconfig"
    pki.write_kubeconfig(shop.run, path, token)
    return path, token


def said(shop, kubeconfig, *words):
    """What a command that is refused says."""
    with pytest.raises(BedError) as refused:
        shop.run.run([freshet.program(), *words, "--kubeconfig", kubeconfig])
    return str(refused.value)


def state(shop):
    """What a command could change."""
    tracked = shop.kube.get("trackedservice", shop.namespace, SERVICE)
    service = shop.service()
    return (tracked["metadata"].get("annotations"), tracked["spec"],
            "deletionTimestamp" in tracked["metadata"], service["spec"],
            service["metadata"]["annotations"].get(CORE))


@pytest.mark.parametrize("role", ROLES)
def test_without_the_right_no_command_changes_anything(shop, controller, role):
    rest_in(shop, "Waiting")
    kubeconfig, token = person(shop, role)
    before = state(shop)
    for verb, words in {**COMMANDS, **CHANGES_TRACKING}.items():
        text = said(shop, kubeconfig, verb, SERVICE, "-n", shop.namespace, *words)
        assert "forbidden" in text.lower(), (verb, text)
        assert token not in text
    text = said(shop, kubeconfig, "track", SERVICE, "-n", shop.namespace, "--steps", "7")
    assert "forbidden" in text.lower()
    for words in (["pause", "--all", "--reason", "no"], ["resume", "--all"]):
        text = said(shop, kubeconfig, *words)
        assert "forbidden" in text.lower(), (words, text)
    assert state(shop) == before


def test_who_may_approve_needs_no_other_role_for_it(shop, controller):
    shop.open_and_track()
    shop.kubectl("apply", document={
        "apiVersion": "freshet.dev/v1alpha1", "kind": "RolloutPolicy",
        "metadata": {"name": "release", "namespace": shop.namespace},
        "spec": {"owner": "release team", "approval": "BeforeTraffic"}})
    digest = shop.push("second build")
    shop.until("it to wait for approval", lambda: "ApprovalRequired" in shop.reasons())
    kubeconfig, _ = person(shop, "freshet-approver")
    shop.run.run([freshet.program(), "approve", SERVICE, "-n", shop.namespace, "--reason", "fine",
                  "--kubeconfig", kubeconfig])
    shop.until_promoted(digest)


def test_who_may_edit_may_say_all_commands(shop, controller):
    rest_in(shop, "Waiting")
    kubeconfig, _ = person(shop, "freshet-edit")
    shop.run.run([freshet.program(), "abort", SERVICE, "-n", shop.namespace, "--reason", "no",
                  "--kubeconfig", kubeconfig])
    shop.until("the rollout to be over", lambda: shop.phase() == "Idle")
    text = said(shop, kubeconfig, "approve", SERVICE, "-n", shop.namespace, "--reason", "fine")
    assert "no rollout" in text or "forbidden" in text.lower(), text
    text = said(shop, kubeconfig, "pause", "--all", "--reason", "no")
    assert "forbidden" in text.lower()
