"""Shadow mode: somebody else rolls out, the program tells what it would do and writes nothing."""
from bed.run import REGISTRY

SHADOW = {"rollout": {"writeMode": "Shadow"}}


def test_anothers_split_is_judged_and_nothing_is_written(shop, controller):
    shop.open_and_track(**SHADOW)
    bad = shop.push("bad build")
    shop.behave(images={bad: {"errors": 0.3}})
    shop.until("the new digest to be told", lambda: "would roll out" in shop.message(), 60)
    image = f"{REGISTRY}/{shop.repository}@{bad}"
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100}],
                        "template": {"spec": {"containers": [{"image": image}]}}}})
    name = shop.until("the Revision of the edit", lambda: shop.revision_of(bad))
    shop.until("it to be Ready",
               lambda: shop.service()["status"].get("latestReadyRevisionName") == name)
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 70},
                                    {"revisionName": name, "percent": 30}]}})
    shop.until("the verdict", lambda: "would take it back" in shop.message(), 120)
    assert shop.tracked()["percent"] == 30
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100}]}})
    shop.until("the end in the history", lambda: shop.tracked().get("history"), 60)
    assert shop.tracked()["history"][0]["outcome"] == "Shadow"
    assert shop.writes() == []
    assert "freshet.dev/rollout" not in shop.service()["metadata"].get("annotations", {})


def test_what_was_managed_is_handed_back_first(shop, controller):
    shop.open_and_track()
    shop.until_promoted(shop.push("second build"))
    shop.retune(SHADOW)
    shop.until("shadow mode", lambda: "in shadow" in shop.message(), 60)
    assert "freshet.dev/rollout" not in shop.service()["metadata"].get("annotations", {})
    assert not shop.kube.get("trackedservice", shop.namespace, "checkout")["metadata"].get(
        "finalizers")
