"""The program's clock is an hour wrong: people and the plan go by the API server's."""
import time
from datetime import datetime, timezone

import pytest

from bed import freshet
from bed.audit import seconds
from bed.shop import STEPS


def in_seconds(number):
    at = datetime.fromtimestamp(int(time.time()) + number, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.alone
@pytest.mark.parametrize("wrong", ["+1h", "-1h"])
def test_with_a_clock_an_hour_wrong_builds_are_judged_and_pauses_end(
        shop, run, controller, wrong):
    freshet.kill_9(run)
    freshet.start(run, wrong)
    try:
        shop.open_and_track()
        digest = shop.push("second build")
        candidate = shop.until_shifted(STEPS[0])
        assert abs(seconds(shop.core()["since"]) - time.time()) < 60
        shop.annotate("pause", f"--until={in_seconds(8)} month end")
        shop.until("the pause", lambda: "Paused" in shop.reasons())
        assert shop.until_promoted(digest) == candidate
        bad = shop.push("bad build")
        shop.behave(images={bad: {"errors": 0.3}})
        shop.until("the bad build", lambda: shop.revision_of(bad))
        shop.until("it to be taken back", lambda: shop.core_phase()[0] == "Idle"
                   and shop.programmed() == {candidate: 100}, 120, 0.3)
        assert shop.highest(shop.revision_of(bad)) == STEPS[0]
        assert [digest for entry in shop.core()["rejected"]
                for digest in entry["digests"].values()] == [bad]
    finally:
        freshet.kill_9(run)
        freshet.start(run)
