"""Nightly builds of the same application upon another base."""

SHORT = {"steps": [10, 50], "bake": {"for": "15s"},
         "newBase": {"steps": [60], "minimumStep": "1s", "bake": {"for": "5s"}}}


def test_only_a_new_base_takes_the_shorter_plan(shop, controller):
    shop.open_and_track(rollout=SHORT)
    shop.until_promoted(shop.push_on_base("base of monday", "application"))
    digest = shop.push_on_base("base of tuesday", "application")
    shop.until("the rollout to say so", lambda: "only its base moved" in shop.message(), 120)
    assert shop.core()["plan"] == [60] and shop.core()["newBase"]
    shop.until_promoted(digest)


def test_another_application_upon_it_takes_the_whole_plan(shop, controller):
    shop.open_and_track(rollout=SHORT)
    shop.until_promoted(shop.push_on_base("base of monday", "application"))
    digest = shop.push_on_base("base of tuesday", "another application")
    shop.until("the rollout to say so",
               lambda: "the whole plan: more than the base" in shop.message(), 120)
    assert shop.core()["plan"] == [10, 50]
    shop.until_promoted(digest)
