"""The test bed itself: what the stories build on holds without the program."""
import json

import pytest

from bed import exposition, images, plane, services
from bed.kube import ApiError
from bed.run import REGISTRY, Run
from bed.shop import SERVICE, TAG

def roll_out(shop, digest):
    """What a person does by hand: pins the first Revision, then names the new digest."""
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100}]}})
    image = f"{REGISTRY}/{shop.repository}:{TAG}@{digest}"
    shop.edit({"spec": {"template": {"spec": {"containers": [{"image": image}]}}}})
    return shop.until("the new Revision", lambda: shop.revision_of(digest))


def split(shop, canary, percent):
    shop.edit({"spec": {"traffic": [
        {"revisionName": shop.stable.name, "percent": 100 - percent},
        *([{"revisionName": canary, "percent": percent}] if percent else [])]}})


def ready(shop, revision):
    """(status, reason) of its condition; (None, None) while Knative has told none."""
    item = shop.kube.get("revision", shop.namespace, revision)
    found = next((c for c in item.get("status", {}).get("conditions", [])
                  if c["type"] == "Ready"), {})
    return found.get("status"), found.get("reason")


def test_bringing_it_up_again_changes_nothing(run):
    processes = {name: run.pid(name) for name in run.names()}
    assert None not in {pid for name, pid in processes.items() if name != "freshet"}
    assert {name: Run().pid(name) for name in run.names()} == processes


def test_a_service_becomes_ready_with_the_digest_the_registry_gives(shop):
    shop.open()
    status = shop.service()["status"]
    assert status["traffic"] == [
        {"latestRevision": True, "percent": 100, "revisionName": shop.stable.name}]
    assert images.digest_of(shop.repository, TAG) == shop.stable.digest
    assert shop.revision_of(shop.stable.digest) == shop.stable.name


def test_knative_validates_for_real(shop):
    shop.open()
    with pytest.raises(ApiError, match="Traffic targets sum to 110, want 100"):
        shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 110}]}})


def test_a_moved_tag_alone_makes_no_revision_and_moving_it_back_gives_the_old_digest(shop):
    shop.open()
    moved = shop.push("second build")
    assert moved != shop.stable.digest
    assert len(shop.kube.list("revision", shop.namespace)) == 1
    assert images.retag(shop.run, shop.repository, TAG, shop.stable.digest) == shop.stable.digest


def test_users_meet_a_split_and_prometheus_counts_both_revisions_pod_by_pod(shop):
    shop.open()
    digest = shop.push("second build")
    shop.behave(images={digest: {"errors": 0.5}})
    canary = roll_out(shop, digest)
    shop.until("the canary to be Ready", lambda: ready(shop, canary)[0] == "True")
    split(shop, canary, 10)
    shop.until("the split", lambda: shop.programmed() == {shop.stable.name: 90, canary: 10})

    def scraped():
        found = services.ask_prometheus(
            f'{exposition.OUTER}_count{{k8s_namespace_name="{shop.namespace}",kn_route_tag!=""}}')
        seen = {(r["metric"]["kn_revision_name"], r["metric"]["http_response_status_code"],
                 r["metric"]["instance"]) for r in found}
        return len(seen) == 6 and seen  # two pods each; only the canary has a second code
    codes = {(revision, code) for revision, code, _ in shop.until("samples", scraped)}
    assert codes == {(shop.stable.name, "200"), (canary, "200"), (canary, "500")}
    users = shop.users()
    assert users["bad"].keys() == {canary}
    assert 0.3 < users["bad"][canary] / users["requests"][canary] < 0.7


def test_a_crashing_canary_blocks_a_split_that_names_it_and_removing_it_frees_the_route(shop):
    shop.open()
    digest = shop.push("second build")
    canary = roll_out(shop, digest)
    shop.until("the canary to be Ready", lambda: ready(shop, canary)[0] == "True")
    split(shop, canary, 10)
    shop.until("the split", lambda: shop.programmed() == {shop.stable.name: 90, canary: 10})
    shop.behave(images={digest: {"mode": "crash:7"}})
    shop.until("the crash to show", lambda: ready(shop, canary) == ("False", "ExitCode7"))

    def restarts():
        pods = shop.kube.list("pod", shop.namespace, f"serving.knative.dev/revision={canary}")
        return min(s["restartCount"] for p in pods for s in p["status"]["containerStatuses"]
                   if s["name"] != "queue-proxy")
    shop.until("a second exit", lambda: restarts() >= 2)
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100},
                                    {"revisionName": canary, "percent": 0, "tag": "canary"}]}})
    shop.until("the route to stall", lambda: shop.condition("service", "RoutesReady") != "True")
    assert shop.programmed() == {shop.stable.name: 90, canary: 10}
    split(shop, canary, 0)
    shop.until("stable to have all", lambda: shop.programmed() == {shop.stable.name: 100}, 5)
    assert shop.users()["bad"][canary] > 0


@pytest.mark.parametrize("mode, expected", [
    ("never", ("Unknown", "Deploying")),
    ("pull", ("Unknown", "Deploying")),
    ("deadline", ("False", "ProgressDeadlineExceeded")),
    ("unsched", ("False", "Unschedulable")),
    ("crash:3", ("False", "ExitCode3"))])
def test_a_revision_that_does_not_start_looks_as_it_does_on_nodes(shop, mode, expected):
    shop.open()
    digest = shop.push("second build")
    shop.behave(images={digest: {"mode": mode}})
    canary = roll_out(shop, digest)
    shop.until(f"{canary} to be {expected}", lambda: ready(shop, canary) == expected, 15)
    assert shop.condition("service", "RoutesReady") == "True"


def test_the_template_annotation_says_the_mode_as_well(shop):
    shop.open()
    shop.edit({"spec": {
        "traffic": [{"revisionName": shop.stable.name, "percent": 100}],
        "template": {"metadata": {"annotations": {"standin.freshet.dev/mode": "crash:9"}}}}})
    name = f"{SERVICE}-00002"
    shop.until("the second Revision", lambda: shop.kube.get("revision", shop.namespace, name))
    shop.until("its crash", lambda: ready(shop, name) == ("False", "ExitCode9"))


def test_a_revision_without_traffic_is_scaled_to_zero(shop):
    shop.behave(scaleDownAfter=1)
    shop.open()
    digest = shop.push("second build")
    roll_out(shop, digest)
    shop.edit({"spec": {"traffic": [{"latestRevision": True, "percent": 100}]}})
    selector = f"serving.knative.dev/revision={shop.stable.name}"
    shop.until("the old pods to go",
               lambda: not shop.kube.list("pod", shop.namespace, selector), 20)


def test_writes_are_in_the_audit_log_with_who_wrote_them(shop, run):
    shop.open()
    shop.edit({"metadata": {"annotations": {"example.com/note": "a"}}})

    def logged():
        events = [json.loads(line) for line in run.audit_log.read_text().splitlines()
                  if shop.namespace in line]
        return [(e["verb"], e["user"]["username"], e["responseStatus"]["code"]) for e in events
                if e["objectRef"]["resource"] == "services"]
    wanted = [("create", "admin", 201), ("patch", "admin", 200)]
    shop.until("both writes", lambda: logged() == wanted, 5)


def test_a_deleted_namespace_takes_everything_with_it(shop, kube):
    shop.open()
    kube.delete("namespace", None, shop.namespace)
    shop.until("the namespace to be gone",
               lambda: kube.get("namespace", None, shop.namespace) is None)
    assert plane.kubectl(shop.run, "get", "pods,deployments,ksvc", "-n", shop.namespace) == ""
