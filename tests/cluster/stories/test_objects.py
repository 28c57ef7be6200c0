"""Objects go and come back; Services that are built otherwise than most."""
import pytest

from bed.kube import ApiError
from bed.phases import PHASES, rest_in, track_quickly
from bed.shop import CORE, SERVICE


def create_when_gone(shop, create):
    """As `kubectl replace --force`: at the first moment at which there is none of that name."""
    def created():
        try:
            return create() or True
        except ApiError as error:
            if error.code == 409:
                return False
            raise
    shop.until("the old one to be gone", created, 60, 0.01)


@pytest.mark.parametrize("phase", PHASES)
def test_a_trackedservice_that_is_deleted_gives_the_service_back_and_may_come_again(
        shop, controller, phase):
    digest = rest_in(shop, phase)
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.behave(ingresses={SERVICE: "ok"})
    shop.until("it to be gone",
               lambda: shop.kube.get("trackedservice", shop.namespace, SERVICE) is None)
    assert CORE not in shop.service()["metadata"]["annotations"]
    assert shop.traffic() == {"@latest": 100}
    first = shop.revisions_of(shop.stable.digest)
    shop.until("the first build to have all traffic",
               lambda: shop.programmed() in [{name: 100} for name in first])
    shop.behave(images={digest: {"mode": "ok"}} if digest else {})
    track_quickly(shop)
    if digest:
        shop.until_promoted(digest)
    else:
        shop.until("adoption", lambda: shop.tracked().get("phase") == "Idle")


def test_which_service_a_trackedservice_follows_is_settled(shop, controller):
    shop.open_and_track()
    shop.retune({"service": SERVICE})  # what it was by default
    with pytest.raises(ApiError) as refused:
        shop.retune({"service": "another"})
    assert refused.value.code == 422 and "cannot be changed" in str(refused.value)


@pytest.mark.parametrize("phase", PHASES)
def test_a_trackedservice_that_is_replaced_by_force_is_a_new_one(shop, controller, phase):
    digest = rest_in(shop, phase)
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.behave(ingresses={SERVICE: "ok"},
                images={digest: {"mode": "ok"}} if phase == "Preparing" else {})
    create_when_gone(shop, lambda: track_quickly(shop))
    if digest:
        shop.until_promoted(digest)
    shop.until("its own status", lambda: shop.tracked().get("phase") == "Idle")
    assert shop.tracked()["stable"]["digests"] == shop.core()["stable"]["digests"]


@pytest.mark.parametrize("phase", PHASES)
def test_a_service_that_is_deleted_and_made_anew_is_adopted_anew(shop, controller, phase):
    digest = rest_in(shop, phase) or shop.stable.digest
    old = shop.service()["metadata"]["uid"]
    shop.kube.delete("service", shop.namespace, SERVICE)
    shop.behave(ingresses={SERVICE: "ok"},
                images={digest: {"mode": "ok"}} if phase == "Preparing" else {})
    create_when_gone(shop, lambda: shop.kube.create(
        "service", shop.namespace, shop.manifest()))
    shop.until("adoption", lambda: shop.core().get("phase") == "Idle", 60)
    core = shop.core()
    assert core["service"] == shop.service()["metadata"]["uid"] != old
    assert 1 <= core["seq"] <= 60  # counted from its age in seconds, not on from the old one's
    assert digest in core["stable"]["digests"].values()
    shop.until("status to say so", lambda: shop.message().endswith("tags name"))
    assert shop.kube.get("trackedservice", shop.namespace, SERVICE)["metadata"]["finalizers"]


def test_a_service_that_is_gone_is_looked_for_again(shop, controller):
    rest_in(shop, "Shifting")
    shop.kube.delete("service", shop.namespace, SERVICE)
    shop.until("it to say so", lambda: shop.tracked().get("reason") == "ServiceNotFound")
    assert "finalizers" not in shop.kube.get(
        "trackedservice", shop.namespace, SERVICE)["metadata"]
    shop.kube.create("service", shop.namespace, shop.manifest())
    shop.until("adoption", lambda: shop.tracked().get("phase") == "Idle")
