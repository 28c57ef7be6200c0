"""Another tool applies the Service: refused, acknowledged, or left the template."""
import pytest

from bed.kube import MERGE, path_of
from bed.phases import QUICK, track_quickly
from bed.run import REGISTRY
from bed.shop import SERVICE, STEPS, merged

TRAFFIC_ONLY = {"rollout": {"writeMode": "TrafficOnly"}}
# How each tool applies, and what it leaves on what it manages.
TOOLS = {
    "Argo CD": (["--field-manager", "argocd-controller"],
                {"annotations": {"argocd.argoproj.io/tracking-id": "shop:serving/Service:checkout"}}),
    "Flux": (["--server-side", "--field-manager", "kustomize-controller"],
             {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}),
}
each_tool = pytest.mark.parametrize("tool", TOOLS)


def sync(shop, tool, digest=None, **spec):
    """The tool applies what its repository has: the image by digest alone, once there is a build."""
    words, metadata = TOOLS[tool]
    manifest = merged(shop.manifest(), {"metadata": metadata, "spec": spec})
    if digest:
        image = f"{REGISTRY}/{shop.repository}@{digest}"
        manifest["spec"]["template"]["spec"]["containers"][0]["image"] = image
    shop.kubectl("apply", *words, document=manifest)


def open_with(shop, tool, **spec):
    shop.open(lambda _: sync(shop, tool, **spec))


def assert_no_template_was_written(shop):
    written = [step["path"] for write in shop.writes() for step in write["body"]]
    assert [path for path in written if path.startswith("/spec/template")] == []


@each_tool
def test_a_tools_service_is_refused_until_a_person_acknowledges(shop, controller, tool):
    open_with(shop, tool)
    track_quickly(shop)
    shop.until("the refusal", lambda: "ManagedByGitOps" in shop.reasons())
    assert tool in shop.message() and "writeMode: TrafficOnly" in shop.message()
    assert shop.writes() == []
    shop.retune({"rollout": {"allowOverwrite": True}})
    shop.until("adoption", lambda: shop.phase() == "Idle")
    shop.until_promoted(shop.push("second build"))


def test_a_service_of_flagger_is_refused(shop, controller):
    shop.open(metadata={"annotations": {"flagger.app/primary-revision": "checkout-00001"}})
    track_quickly(shop, rollout={"allowOverwrite": True})
    shop.until("the refusal", lambda: "ManagedByFlagger" in shop.reasons())
    assert shop.writes() == []
    assert shop.traffic() == {"@latest": 100}
    # deploy/moving-from-flagger.md: its Canary is gone, and its mark is taken off. Fields that it wrote
    # stay its own.
    traffic = [{"revisionName": shop.stable.name, "percent": 100}]
    shop.kube.call("PATCH", path_of("service", shop.namespace, SERVICE) + "?fieldManager=flagger",
                   {"spec": {"traffic": traffic}}, MERGE)
    assert "flagger" in str(shop.service()["metadata"]["managedFields"])
    shop.edit({"metadata": {"annotations": {"flagger.app/primary-revision": None}}})
    shop.until("adoption", lambda: shop.phase() == "Idle")


@each_tool
def test_what_a_tool_syncs_is_judged_and_its_template_left_to_it(shop, controller, tool):
    open_with(shop, tool)
    shop.track(**TRAFFIC_ONLY)
    shop.until("adoption", lambda: shop.phase() == "Idle", 90)
    good = shop.push("good build")
    shop.until("the tag to be told", lambda: "has not taken" in shop.message(), 60)
    sync(shop, tool, good)
    name = shop.until_promoted(good)
    assert [split.get(name, 0) for split in shop.splits()] == [0, *STEPS, 90, 100]
    bad = shop.push("bad build")
    shop.behave(images={bad: {"errors": 0.3}})
    sync(shop, tool, bad)
    shop.until("the hold TemplateRejected", lambda: "TemplateRejected" in shop.reasons(), 120)
    assert shop.programmed() == {name: 100}
    assert shop.highest(shop.revision_of(bad)) == STEPS[0]
    assert shop.image_digest() == bad
    repaired = shop.push("repaired build")
    sync(shop, tool, repaired)
    shop.until_promoted(repaired)
    assert_no_template_was_written(shop)


@each_tool
def test_a_commit_that_is_reverted_in_mid_rollout_is_withdrawn(shop, controller, tool):
    shop.behave(rate=20)
    open_with(shop, tool)
    track_quickly(shop, **merged(TRAFFIC_ONLY, {"rollout": {"minimumStep": "1h"}}))
    shop.until("adoption", lambda: shop.phase() == "Idle")
    second = shop.push("second build")
    sync(shop, tool, second)
    shop.until_shifted(50)
    sync(shop, tool, shop.stable.digest)
    shop.until_back()
    assert shop.core().get("rejected", []) == []
    shop.until("status to say so", lambda: shop.phase() == "Idle")
    assert shop.tracked()["history"][-1]["outcome"] == "Withdrawn"
    shop.retune(QUICK)
    sync(shop, tool, second)
    shop.until_promoted(second)
    assert_no_template_was_written(shop)


@each_tool
def test_a_tool_that_applies_the_traffic_too_is_refused(shop, controller, tool):
    open_with(shop, tool, traffic=[{"latestRevision": True, "percent": 100}])
    track_quickly(shop, **TRAFFIC_ONLY)
    shop.until("the refusal", lambda: "ManagedByGitOps" in shop.reasons())
    assert "spec.traffic out of what it applies" in shop.message()
    assert shop.writes() == []
