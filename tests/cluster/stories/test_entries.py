"""Entries of spec.traffic at 0 % that are people's own: previews, kept Revisions, a tag of our name."""
import pytest

from bed.phases import go_on, rest_in, track_quickly
from bed.shop import SERVICE

NOTE = "example.com/build"


def annotate_template(shop, value):
    """Makes a Revision of another configuration; None takes it back, which makes one more."""
    shop.edit({"spec": {"template": {"metadata": {"annotations": {NOTE: value}}}}})
    generation = shop.service()["metadata"]["generation"]

    def made():
        status = shop.service()["status"]
        newest = status.get("latestReadyRevisionName")
        item = shop.kube.get("revision", shop.namespace, newest)
        return (status["observedGeneration"] >= generation
                and item["metadata"]["annotations"].get(NOTE) == value and newest)
    return shop.until("its Revision to be Ready", made)


def entries(shop):
    """{tag: revision} of spec.traffic."""
    return {target["tag"]: target.get("revisionName")
            for target in shop.service()["spec"]["traffic"] if target.get("tag")}


def with_preview(shop):
    """Opens a shop whose first Revision serves, beside an older one under the tag `preview`."""
    shop.behave(rate=20)
    shop.open()
    stable = {"revisionName": shop.stable.name, "percent": 100}
    shop.edit({"spec": {"traffic": [stable]}})
    preview = annotate_template(shop, "2")
    annotate_template(shop, None)
    shop.edit({"spec": {"traffic": [stable, {"revisionName": preview, "tag": "preview"}]}})
    shop.until("the preview's URL", lambda: any(
        target.get("url") for target in shop.service()["status"].get("traffic", [])))
    return preview


def delete(shop, name):
    """Takes the Revision away; what brings it back from a backup."""
    item = shop.kube.get("revision", shop.namespace, name)
    shop.kube.delete("revision", shop.namespace, name)
    for field in ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"):
        item["metadata"].pop(field, None)
    return lambda: shop.kube.create("revision", shop.namespace, {**item, "status": {}})


def crash(shop, name):
    shop.behave(revisions={name: {"mode": "crash:3"}})
    return lambda: shop.behave(revisions={name: {"mode": "ok"}})


@pytest.mark.parametrize("break_it", [delete, crash])
def test_a_preview_that_breaks_cannot_keep_a_retreat_from_users_and_comes_back(
        shop, controller, break_it):
    preview = with_preview(shop)
    track_quickly(shop, rollout={"minimumStep": "1h"})
    shop.push("second build")
    shop.until_shifted(50)
    assert entries(shop)["preview"] == preview
    mend = break_it(shop, preview)
    shop.until("the Route to miss it", lambda: shop.condition("service", "RoutesReady") == "False")
    shop.annotate("abort", "looks wrong")
    shop.until_back()
    assert entries(shop) == {}
    assert [entry["tag"] for entry in shop.core()["parked"]] == ["preview"]
    mend()
    shop.until("the preview to be back", lambda: entries(shop) == {"preview": preview})
    shop.until("the Route to be Ready", lambda: shop.condition("service", "RoutesReady") == "True")
    assert "parked" not in shop.core()
    assert shop.programmed() == {shop.stable.name: 100}


def test_a_preview_is_carried_through_a_rollout(shop, controller):
    preview = with_preview(shop)
    digest = shop.push("second build")
    track_quickly(shop)
    shop.until_promoted(digest)
    assert entries(shop) == {"preview": preview}
    for write in shop.writes():
        for step in write["body"]:
            if step["path"] == "/spec/traffic":
                assert "preview" in [target.get("tag") for target in step["value"]]


def test_a_tag_of_our_name_that_is_a_persons_own_is_not_taken(shop, controller):
    shop.behave(rate=20)
    shop.open()
    own = {"revisionName": shop.stable.name, "percent": 0, "tag": "freshet"}
    rest = {"latestRevision": True, "percent": 100}
    shop.edit({"spec": {"traffic": [rest, own]}})
    track_quickly(shop)
    shop.until("it to say so", lambda: shop.tracked().get("reason") == "TagTaken")
    assert shop.writes() == []
    shop.kube.patch("trackedservice", shop.namespace, SERVICE,
                    {"spec": {"rollout": {"tag": "ours"}}})
    digest = shop.push("second build")
    shop.until_promoted(digest)
    assert entries(shop) == {"freshet": shop.stable.name}


def test_a_preview_that_a_person_adds_in_a_rollout_stays(shop, controller):
    digest = rest_in(shop, "Shifting")
    shop.edit({"spec": {"traffic": [*shop.service()["spec"]["traffic"],
                                    {"revisionName": shop.stable.name, "tag": "before"}]}})
    go_on(shop, "Shifting")
    shop.until_promoted(digest)
    assert entries(shop) == {"before": shop.stable.name}
