"""Policies: what a freeze, a stop and a missing approval hold, and who may give and take them."""
import datetime

import pytest

from bed import freshet
from bed.phases import go_on, rest_in
from bed.shop import SERVICE

API = {"apiVersion": "freshet.dev/v1alpha1"}


def policy(shop, **spec):
    return {**API, "kind": "RolloutPolicy",
            "metadata": {"name": "policy", "namespace": shop.namespace}, "spec": spec}


def frozen(shop):
    """Denies everything from yesterday to the day after tomorrow."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = datetime.timedelta(days=1)
    return policy(shop, owner="platform", reason="month end",
                  deny=[{"from": str(today - day), "to": str(today + 2 * day)}])


def until_held(shop, reason):
    shop.until(f"the hold {reason}", lambda: reason in shop.reasons())


def lift(shop):
    shop.kube.delete("rolloutpolicy", shop.namespace, "policy")


def test_a_freeze_holds_a_rollout_until_it_is_lifted(shop, controller):
    shop.open_and_track()
    shop.kubectl("apply", document=frozen(shop))
    digest = shop.push("second build")
    until_held(shop, "Freeze")
    assert shop.splits() == [{shop.stable.name: 100}]
    hold = next(h for h in shop.tracked()["holds"] if h["reason"] == "Freeze")
    assert hold["owner"] == "platform" and hold["until"]
    lift(shop)
    shop.until_promoted(digest)


def test_a_retreat_goes_ahead_in_a_freeze(shop, controller):
    rest_in(shop, "Shifting")
    shop.kubectl("apply", document=frozen(shop))
    until_held(shop, "Freeze")
    shop.command("abort", "--reason", "looks wrong")
    shop.until_back()
    lift(shop)


def test_a_policy_that_is_not_understood_says_so_and_holds(shop, controller):
    shop.open_and_track()
    shop.kubectl("apply", document=policy(shop, deny=[{"days": ["Fri"], "timeZone": "Mars"}]))
    digest = shop.push("second build")
    until_held(shop, "PolicyInvalid")

    def told():
        status = shop.kube.get("rolloutpolicy", shop.namespace, "policy").get("status", {})
        return status.get("conditions", [{}])[0].get("reason") == "PolicyInvalid"
    shop.until("its condition", told)
    lift(shop)
    shop.until_promoted(digest)


@pytest.mark.alone
def test_pause_all_stops_every_rollout_until_resume_all(shop, run, controller):
    digest = rest_in(shop, "Shifting")
    freshet.command(run, "pause", "--all", "--reason", "incident 42")
    try:
        until_held(shop, "Stopped")
    finally:
        freshet.command(run, "resume", "--all")
    go_on(shop, "Shifting")
    shop.until_promoted(digest)


def approval(shop):
    rollout = shop.core()["rollout"]
    return {**API, "kind": "RolloutApproval",
            "metadata": {"name": f"release-{rollout}", "namespace": shop.namespace},
            "spec": {"service": SERVICE, "rollout": rollout, "by": "ann",
                     "reason": "release 42"}}


def grant(shop, role, account):
    """The ClusterRole of rbac.yaml to a ServiceAccount of this namespace; its name for --as."""
    shop.kubectl("apply", document={
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": f"{role}-{account}", "namespace": shop.namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": shop.namespace}]})
    return f"--as=system:serviceaccount:{shop.namespace}:{account}"


def test_only_who_may_create_approvals_lets_a_rollout_go_on(shop, controller):
    shop.open_and_track()
    shop.kubectl("apply", document=policy(shop, approval="BeforeTraffic"))
    editor = grant(shop, "freshet-edit", "editor")
    approver = grant(shop, "freshet-approver", "approver")
    digest = shop.push("second build")
    until_held(shop, "ApprovalRequired")
    with pytest.raises(Exception, match="forbidden|exit"):
        shop.kubectl("create", editor, document=approval(shop))
    assert shop.splits() == [{shop.stable.name: 100}]
    shop.kubectl("create", approver, document=approval(shop))
    shop.until_promoted(digest)
    lift(shop)
