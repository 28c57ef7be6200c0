"""Six services that follow one image: one goes first, and the others do as it fares."""
from bed.phases import track_quickly

SERVICES = 6


def open_fleet(shops):
    """Six shops in namespaces of their own, all with the tag of the first; adopted."""
    fleet = [shops() for _ in range(SERVICES)]
    first = fleet[0]
    first.behave(rate=20)
    first.open()
    for shop in fleet[1:]:
        shop.repository, shop.image = first.repository, first.image
        shop.push = lambda content: first.stable.digest  # the build is there already
        shop.behave(rate=20)
        shop.open()
    for shop in fleet:
        track_quickly(shop, rollout={"minimumStep": "3s"})
    for shop in fleet:
        shop.until("adoption", lambda shop=shop: shop.phase() == "Idle")
    return fleet


def begun(fleet):
    """Those that have a rollout."""
    return [shop for shop in fleet if shop.core_phase()[0] not in (None, "Idle", "Adopting")]


def has(shop, digest):
    return digest in shop.core().get("stable", {}).get("digests", {}).values()


def waits_for(shop, reason):
    shop.until(f"the hold {reason}", lambda: reason in shop.reasons())


def test_of_services_that_follow_one_image_one_goes_first_and_opens_the_rest(shops, controller):
    fleet = open_fleet(shops)
    digest = fleet[0].push("second build")
    fleet[0].until("one to begin", lambda: begun(fleet))
    most = 0

    def one_has_it():
        nonlocal most
        rolling = begun(fleet)
        if any(has(shop, digest) for shop in fleet):
            return True
        most = max(most, len(rolling))
        return False
    fleet[0].until("the first to succeed", one_has_it, 120)
    assert most == 1
    for shop in fleet:
        shop.until_promoted(digest)


def test_what_the_first_rejects_no_other_service_begins(shops, controller):
    fleet = open_fleet(shops)
    written = {shop.namespace: len(shop.writes()) for shop in fleet}
    digest = fleet[0].push("bad build")
    for shop in fleet:
        shop.behave(images={digest: {"mode": "crash:7"}})
    fleet[0].until("one to reject it", lambda: any(shop.core().get("rejected") for shop in fleet),
                   120)
    failed = [shop for shop in fleet if shop.core().get("rejected")]
    assert len(failed) == 1
    others = [shop for shop in fleet if shop not in failed]
    for shop in others:
        waits_for(shop, "FailureBudget")
        assert f"{failed[0].namespace}/" in shop.message()
    checks = fleet[0].checks()
    fleet[0].until("two more checks of the tag", lambda: fleet[0].checks() >= checks + 2, 60, 0.5)
    for shop in others:
        assert len(shop.writes()) == written[shop.namespace], "it was touched"
        assert shop.programmed() == {shop.stable.name: 100}

    # A person lets one go all the same; it fails alone.
    assert "Accepted" in others[0].command("promote", "--reason", "it does not concern us")
    others[0].until("it to reject it as well", lambda: others[0].core().get("rejected"), 120)
    for shop in others[1:]:
        assert len(shop.writes()) == written[shop.namespace]
