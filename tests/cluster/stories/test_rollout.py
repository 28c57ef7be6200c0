"""What becomes of a new build: promoted, or taken back, by what users met."""
import pytest

from bed.phases import ROLLING, SHARE, rest_in
from bed.shop import STEPS

# prepare, pin, one a step, bake, finish
WRITES = len(STEPS) + 4


def rejected_digests(shop):
    return {digest for entry in shop.core().get("rejected", []) for digest in
            entry["digests"].values()}


def assert_template_is_stables_again(shop):
    """The template names stable's digest, and what Knative made of it is no new image."""
    shop.until("the template to be stable's again",
               lambda: shop.image_digest() == shop.stable.digest, 30)
    shop.until("the Service to be Ready", lambda: shop.condition("service", "Ready") == "True")


def assert_left_alone(shop):
    """After two more checks of the tag, which still names the bad build, nothing was written."""
    written, checks = len(shop.writes()), shop.checks()
    shop.until("two more checks of the tag", lambda: shop.checks() >= checks + 2, 60, 0.5)
    assert len(shop.writes()) == written
    assert shop.core_phase()[0] == "Idle"


def test_a_good_rebuild_gets_all_traffic_step_by_step_with_n_plus_4_writes(shop, controller):
    shop.open_and_track()
    digest = shop.push("second build")
    name = shop.until_promoted(digest)
    shares = [split.get(name, 0) for split in shop.splits()]
    assert shares == [0, *STEPS, 90, 100]
    assert shop.image_digest() == digest
    shop.until("status to say so", lambda: shop.phase() == "Idle")
    assert shop.tracked()["stable"]["name"] == name
    assert len(shop.writes()) <= WRITES
    assert shop.users()["bad"] == {}
    assert_left_alone(shop)


def test_errors_take_a_build_back_at_the_first_step(shop, controller):
    shop.open_and_track()
    shop.behave(rate=50)  # the brief's rate: 2.5 requests a second reach the candidate
    digest = shop.push("bad build")
    shop.behave(images={digest: {"errors": 0.2}})
    candidate = shop.until_shifted(STEPS[0])
    shop.until_back()
    assert shop.highest(candidate) == STEPS[0]
    assert rejected_digests(shop) == {digest}
    assert_template_is_stables_again(shop)
    assert len(shop.writes()) <= WRITES + 1
    users = shop.users()
    assert set(users["bad"]) == {candidate}
    assert users["bad"][candidate] <= 40, "the retreat came late"
    assert_left_alone(shop)


def test_slowness_takes_a_build_back_at_the_first_step(shop, controller):
    shop.open_and_track()
    digest = shop.push("slow build")
    shop.behave(images={digest: {"median": 0.4}})
    candidate = shop.until_shifted(STEPS[0])
    shop.until_back()
    assert shop.highest(candidate) == STEPS[0]
    assert rejected_digests(shop) == {digest}


@pytest.mark.parametrize("mode", ["never", "pull", "unsched"])
def test_a_build_that_never_becomes_ready_gets_no_request_and_is_deferred(shop, controller, mode):
    shop.open_and_track(rollout={"readyWithin": "15s"})
    digest = shop.push("build that never starts")
    shop.behave(images={digest: {"mode": mode}})
    shop.until("the candidate", lambda: shop.core_phase()[0] == "Preparing")
    shop.until_back()
    assert shop.splits() == [{shop.stable.name: 100}]
    assert shop.users()["bad"] == {}
    shop.until("status to say so", lambda: shop.phase() == "Idle")
    assert shop.tracked()["deferred"] != []
    assert rejected_digests(shop) == set()
    assert_template_is_stables_again(shop)


def test_a_candidate_that_crashes_at_its_first_step_does_not_block_the_retreat(shop, controller):
    shop.open_and_track()
    digest = shop.push("build that crashes later")
    candidate = shop.until_shifted(STEPS[0])
    shop.behave(images={digest: {"mode": "crash:7"}})
    shop.until_back()
    assert shop.highest(candidate) == STEPS[0]
    assert rejected_digests(shop) == {digest}
    assert candidate not in {t.get("revisionName") for t in shop.service()["spec"]["traffic"]}
    assert_template_is_stables_again(shop)


@pytest.mark.parametrize("phase", ROLLING)
def test_a_candidate_that_crashes_in_any_phase_is_taken_back_and_rejected(shop, controller, phase):
    digest = rest_in(shop, phase)
    shop.behave(images={digest: {"mode": "crash:7"}})
    shop.until_back()
    assert rejected_digests(shop) == {digest}
    assert shop.highest(shop.revision_of(digest)) == SHARE.get(phase, 0)
    assert_template_is_stables_again(shop)


def test_a_build_that_finds_its_place_in_time_goes_on(shop, controller):
    digest = rest_in(shop, "Preparing")
    shop.behave(images={digest: {"mode": "unsched"}})
    shop.until("status to tell it", lambda: "nodes are available" in shop.message())
    shop.behave(images={digest: {"mode": "ok"}})
    shop.until_promoted(digest)


@pytest.mark.parametrize("mode", ["pull", "unsched"])
def test_a_deferred_build_whose_trouble_is_over_is_rolled_out_when_a_person_asks(
        shop, controller, mode):
    digest = rest_in(shop, "Preparing", rollout={"readyWithin": "5s"})
    shop.behave(images={digest: {"mode": mode}})
    shop.until("it to be deferred", lambda: shop.tracked().get("deferred"))
    shop.until_back()
    shop.behave(images={digest: {"mode": "ok"}})
    shop.command("retry")
    shop.until_promoted(digest)


def test_a_build_after_a_rejected_one_is_a_candidate_like_any_other(shop, controller):
    shop.open_and_track()
    bad = shop.push("bad build")
    shop.behave(images={bad: {"errors": 0.5}})
    shop.until_shifted(STEPS[0])
    shop.until_back()
    good = shop.push("repaired build")
    shop.until_promoted(good)
    assert rejected_digests(shop) == {bad}
