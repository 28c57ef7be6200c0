"""The original file is applied again, as CI does with every commit, in each phase of a rollout."""
import pytest

from bed.phases import PHASES, ROLLING, SHARE, go_on, rest_in
from bed.run import BedError

CLIENT = ["apply"]
SERVER = ["apply", "--server-side", "--field-manager=ci"]
FORCE = ["--force-conflicts"]


def applied_with(shop, words):
    return lambda item: shop.kubectl(*words, document=item)


def assert_same_course(shop, phase, digest):
    """What was under way goes on to the end that it had before, and nothing follows it."""
    go_on(shop, phase)
    if phase in ROLLING:
        shop.until_promoted(digest)
    else:
        shop.until_back()
    writes, checks = len(shop.writes()), shop.checks()
    shop.until("another check of the tag", lambda: shop.checks() > checks)
    shop.until("status to rest", lambda: shop.phase() == "Idle")
    assert len(shop.writes()) == writes
    if phase == "Retreating":
        assert shop.highest(shop.revision_of(digest)) == SHARE["Shifting"]
    else:
        shop.until("the Service to be Ready", lambda: shop.condition("service", "Ready") == "True")


@pytest.mark.parametrize("words", [CLIENT, SERVER + FORCE], ids=["client", "server"])
@pytest.mark.parametrize("phase", PHASES)
def test_the_original_file_applied_again_changes_no_course(shop, controller, phase, words):
    digest = rest_in(shop, phase, applied_with(shop, words))
    before = shop.core()
    shop.kubectl(*words, document=shop.manifest())
    shop.until("the tag to stand in the template again", lambda: shop.image_digest() == "")
    shop.until("its Revision", lambda: shop.service()["status"]["observedGeneration"]
               == shop.service()["metadata"]["generation"])
    assert shop.core() == before
    assert_same_course(shop, phase, digest)


def test_applied_server_side_without_force_it_is_told_who_has_the_image(shop, controller):
    rest_in(shop, "Shifting", applied_with(shop, SERVER))
    with pytest.raises(BedError, match="conflict.*freshet"):
        shop.kubectl(*SERVER, document=shop.manifest())


@pytest.mark.parametrize("phase", PHASES)
def test_a_file_that_says_latest_revision_does_not_give_it_the_requests(shop, controller, phase):
    digest = rest_in(shop, phase)
    before, asked = shop.core(), shop.traffic()
    shop.edit({"spec": {"traffic": [{"latestRevision": True, "percent": 100}]}})
    shop.until("the percents to be put back", lambda: shop.traffic() == asked)
    shop.until("a state of its own", lambda: shop.core()["seq"] > before["seq"])
    after = shop.core()
    assert after["last"]["reason"] == "PinnedAgain"
    assert after == {**before, "seq": before["seq"] + 1, "last": after["last"]}
    go_on(shop, phase)
    if phase in ROLLING:
        shop.until_promoted(digest)
    else:
        shop.until_back()
