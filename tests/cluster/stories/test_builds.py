"""What registry and builds do while a rollout is in each of its phases."""
import pytest

from bed import images
from bed.phases import ROLLING, SHARE, go_on, rest_in, track_quickly
from bed.shop import TAG


def until_seen(shop, digest):
    """Until the program knows that the tag names this digest."""
    def newest():
        tags = shop.tracked().get("tags", [])  # none before the first check is told
        return tags and tags[0]["digests"][0]["digest"] == digest
    shop.until(f"the program to know of {digest[:15]}", newest, 90, 0.3)


def outcomes(shop):
    return [entry["outcome"] for entry in shop.tracked().get("history", [])]


def until_next_promoted(shop, phase, digest):
    """The next build rests where the one before did only for an approval."""
    if phase == "Waiting":
        shop.until("it to wait as well", lambda: shop.core().get("candidate", {}).get(
            "digests", {}).get("user-container") == digest and shop.core_phase()[0] == "Waiting")
        go_on(shop, phase)
    shop.until_promoted(digest)


@pytest.mark.parametrize("phase", [*ROLLING, "Retreating"])
def test_a_newer_build_waits_until_the_rollout_is_finished(shop, controller, phase):
    second = rest_in(shop, phase)
    third = shop.push("third build")
    until_seen(shop, third)
    assert shop.core_phase()[0] == phase
    go_on(shop, phase)
    until_next_promoted(shop, phase, third)
    assert outcomes(shop) == ["Promoted", "Aborted" if phase == "Retreating" else "Promoted"]
    assert shop.highest(shop.revision_of(second)) == (50 if phase == "Retreating" else 100)


@pytest.mark.parametrize("phase", ROLLING)
def test_a_newer_build_takes_the_place_at_once_where_it_supersedes(shop, controller, phase):
    second = rest_in(shop, phase, rollout={"whenSuperseded": "Supersede"})
    third = shop.push("third build")
    shop.until("the second build to be superseded", lambda: "Superseded" in outcomes(shop), 90, 0.3)
    if phase != "Preparing":
        go_on(shop, phase)
    until_next_promoted(shop, phase, third)
    assert outcomes(shop) == ["Promoted", "Superseded"]
    assert shop.highest(shop.revision_of(second)) == SHARE.get(phase, 0)
    assert "rejected" not in shop.core()


@pytest.mark.parametrize("phase", ROLLING)
def test_a_tag_that_is_moved_back_withdraws_the_build_and_rejects_nothing(
        shop, controller, phase):
    second = rest_in(shop, phase)
    images.retag(shop.run, shop.repository, TAG, shop.stable.digest)
    shop.until_back()
    assert outcomes(shop) == ["Withdrawn"]
    assert "rejected" not in shop.core()
    assert "deferred" not in shop.tracked()
    assert shop.highest(shop.revision_of(second)) == SHARE.get(phase, 0)
    shop.until("the template to be stable's again",
               lambda: shop.image_digest() == shop.stable.digest)


def test_a_build_that_was_withdrawn_may_come_again(shop, controller):
    second = rest_in(shop, "Waiting")
    images.retag(shop.run, shop.repository, TAG, shop.stable.digest)
    shop.until_back()
    images.retag(shop.run, shop.repository, TAG, second)
    until_next_promoted(shop, "Waiting", second)


def test_a_tag_that_is_moved_back_in_a_retreat_leaves_the_rejection(shop, controller):
    rest_in(shop, "Retreating")
    rejected = shop.core()["rejected"]
    images.retag(shop.run, shop.repository, TAG, shop.stable.digest)
    until_seen(shop, shop.stable.digest)
    go_on(shop, "Retreating")
    shop.until_back()
    assert shop.core()["rejected"] == rejected != []
    assert outcomes(shop) == ["Aborted"]


@pytest.mark.parametrize("phase", ["Shifting", "Baking"])
def test_a_tag_that_is_gone_holds_a_rollout_until_it_is_back(shop, controller, phase):
    second = rest_in(shop, phase)
    images.untag(shop.run, shop.repository, TAG)
    shop.until("the hold TagGone", lambda: "TagGone" in shop.reasons(), 120, 0.3)
    go_on(shop, phase)  # what was rested for is over; the hold is not
    checks = shop.checks()
    shop.until("another check", lambda: shop.checks() > checks, 120, 0.3)
    assert shop.core_phase()[0] == phase
    images.retag(shop.run, shop.repository, TAG, second)
    shop.until_promoted(second)


def test_a_tag_that_is_gone_while_idle_is_told_and_changes_nothing(shop, controller):
    rest_in(shop, "Idle")
    images.untag(shop.run, shop.repository, TAG)
    shop.until("it to be told", lambda: "the registry has no" in shop.message(), 120, 0.3)
    assert shop.core_phase()[0] == "Idle"
    assert len(shop.writes()) == 1
    assert shop.programmed() == {shop.stable.name: 100}


@pytest.mark.parametrize("mode, told", [
    ("pull", "ImagePullBackOff"), ("unsched", "nodes are available")])
def test_a_build_that_cannot_start_for_a_moment_goes_on_when_it_can(
        shop, controller, mode, told):
    shop.behave(rate=20)
    shop.open()
    digest = shop.push("second build")
    shop.behave(images={digest: {"mode": mode}})
    track_quickly(shop)
    shop.until("the candidate", lambda: shop.core_phase()[0] == "Preparing")
    shop.until("it to be told why", lambda: told in shop.message())
    shop.behave(images={digest: {"mode": "ok"}})
    shop.until_promoted(digest)
    assert outcomes(shop) == ["Promoted"]
