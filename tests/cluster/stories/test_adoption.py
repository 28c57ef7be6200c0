"""Before any build: a Service is adopted as it is, and left alone while nothing happens."""
from bed import freshet
from bed.phases import QUICK
from bed.shop import CORE, SERVICE

NEWEST = "is what the followed tags name"


def statuses(shop):
    """Every status that the program wrote, oldest first."""
    written = freshet.writes(shop.run, shop.namespace, SERVICE, "trackedservices")
    return [step["value"] for write in written if write["status"] for step in write["body"]]


def test_adoption_pins_the_revision_that_serves_with_one_write(shop, controller):
    shop.open()
    before = shop.service()
    shop.track()
    shop.until("adoption", lambda: shop.phase() == "Idle")
    status = shop.tracked()
    assert status["stable"]["name"] == shop.stable.name
    assert shop.stable.digest in status["stable"]["digests"].values()
    assert len(shop.writes()) == 1
    after = shop.service()
    assert after["spec"]["template"] == before["spec"]["template"]
    assert [(t.get("revisionName"), t["percent"]) for t in after["spec"]["traffic"]] == [
        (shop.stable.name, 100)]


def test_a_split_made_by_a_person_is_respected_until_one_revision_serves(shop, controller):
    shop.open()
    digest = shop.push("second build")
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100}],
                        "template": {"metadata": {"annotations": {"example.com/build": "2"}}}}})
    second = shop.until("the second Revision", lambda: shop.revision_of(digest))
    shop.until("it to be Ready", lambda: shop.service()["status"].get("latestReadyRevisionName")
               == second)
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 60},
                                    {"revisionName": second, "percent": 40}]}})
    shop.until("the split", lambda: shop.programmed() == {shop.stable.name: 60, second: 40})
    shop.track()
    shop.until("it to say why it waits", lambda: shop.phase() == "Adopting"
               and shop.tracked().get("message"))
    assert shop.writes() == []
    shop.edit({"spec": {"traffic": [{"revisionName": second, "percent": 100}]}})
    shop.until("adoption", lambda: shop.phase() == "Idle")
    assert shop.tracked()["stable"]["name"] == second
    assert len(shop.writes()) == 1


def test_a_pin_of_a_person_is_adopted_and_left_when_tracking_ends(shop, controller):
    shop.open()
    pin = {"revisionName": shop.stable.name, "percent": 100}
    shop.edit({"spec": {"traffic": [pin]}})
    shop.until("the pin", lambda: shop.condition("service", "RoutesReady") == "True")
    shop.track(**QUICK)
    shop.until("adoption", lambda: shop.phase() == "Idle")
    assert shop.tracked()["stable"]["name"] == shop.stable.name
    assert len(shop.writes()) == 1
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.until("our annotation to go",
               lambda: CORE not in shop.service()["metadata"]["annotations"])
    assert shop.traffic() == {shop.stable.name: 100}


def test_without_metrics_nothing_is_adopted_until_there_are_some(shop, controller):
    shop.behave(rate=0)
    shop.open()
    shop.track()
    shop.until("it to say so", lambda: shop.tracked().get("reason") == "NoMetrics")
    assert "config-observability" in shop.message()
    assert shop.writes() == []
    shop.behave(rate=20)
    shop.until("adoption", lambda: shop.phase() == "Idle")


def test_adoption_tells_each_thing_once(shop, controller):
    shop.open_and_track()
    shop.until("what the tag names", lambda: NEWEST in shop.message())
    told = [status["message"] for status in statuses(shop) if status["phase"] == "Idle"]
    assert [message for message in told if NEWEST in message] == told[-1:]
    assert len(told) <= 2, "once before the first check of the tag is over, once after it"


def test_an_idle_service_is_checked_again_and_again_and_never_written(shop, controller):
    shop.open_and_track()
    shop.until("what the tag names", lambda: NEWEST in shop.message())
    checks, pinned = shop.checks(), shop.writes()
    written = len(freshet.writes(shop.run, shop.namespace, SERVICE, "trackedservices"))
    shop.until("three more checks", lambda: shop.checks() >= checks + 3, 90, 0.5)
    assert shop.writes() == pinned
    assert len(freshet.writes(shop.run, shop.namespace, SERVICE, "trackedservices")) == written
