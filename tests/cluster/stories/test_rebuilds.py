"""Nightly builds that hold what runs already."""


def test_a_rebuild_of_what_runs_is_current_without_a_rollout(shop, controller):
    shop.open_and_track()
    shop.until("the tag to be told", lambda: shop.tracked().get("tags"))
    before = len(shop.writes())
    digest = shop.push_again()
    assert digest != shop.stable.digest
    shop.until("the rebuild to be told", lambda: "a rebuild with the layers" in shop.message(), 60)
    assert digest[7:19] in shop.message()
    assert shop.command("status", "--wait", "--digest", digest)
    assert len(shop.writes()) == before
    shop.until_promoted(shop.push("second build"))


def test_a_rebuild_is_rolled_out_where_the_spec_says_so(shop, controller):
    shop.open_and_track(rollout={"sameContent": "RollOut"})
    shop.until("the tag to be told", lambda: shop.tracked().get("tags"))
    shop.until_promoted(shop.push_again())
