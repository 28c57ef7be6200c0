"""Freshet leaves the cluster: in the documented order, and with the program gone first."""
import pytest

from bed import freshet
from bed.phases import rest_in
from bed.run import BedError
from bed.shop import CORE, SERVICE

pytestmark = pytest.mark.alone


def is_tracked(shop):
    return shop.kube.get("trackedservice", shop.namespace, SERVICE) is not None


def assert_given_back(shop):
    assert CORE not in shop.service()["metadata"]["annotations"]
    assert shop.traffic() == {"@latest": 100}


def until_the_namespace_is_gone(shop):
    shop.until("the namespace to be gone",
               lambda: shop.kube.get("namespace", None, shop.namespace) is None)


def test_untracked_first_nothing_waits_for_the_program(shop, run, controller):
    rest_in(shop, "Shifting")
    assert "is no longer tracked" in shop.command("untrack")
    freshet.kill_9(run)
    assert not is_tracked(shop)
    assert_given_back(shop)
    shop.kube.delete("namespace", None, shop.namespace)
    until_the_namespace_is_gone(shop)


def test_with_the_program_gone_first_untrack_says_so_and_it_gives_back_when_it_returns(
        shop, run, controller):
    rest_in(shop, "Shifting")
    before = shop.service()["spec"]["traffic"]
    freshet.kill_9(run)
    with pytest.raises(BedError, match="is it running"):
        shop.command("untrack", "--timeout", "2s")
    assert is_tracked(shop)
    assert shop.service()["spec"]["traffic"] == before
    freshet.start(run)
    shop.until("it to be let go", lambda: not is_tracked(shop))
    assert_given_back(shop)


def test_a_namespace_that_waits_for_the_program_goes_when_it_returns(shop, run, controller):
    rest_in(shop, "Shifting")
    freshet.kill_9(run)
    shop.kube.delete("namespace", None, shop.namespace)
    shop.until("the Service to be gone", lambda: shop.kube.get(
        "service", shop.namespace, SERVICE) is None)
    assert is_tracked(shop)
    freshet.start(run)
    until_the_namespace_is_gone(shop)


def test_a_finalizer_that_is_taken_off_by_hand_leaves_the_split_as_it_was(shop, run, controller):
    rest_in(shop, "Shifting")
    before = shop.service()["spec"]["traffic"]
    freshet.kill_9(run)
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.kube.patch("trackedservice", shop.namespace, SERVICE, {"metadata": {"finalizers": None}})
    assert not is_tracked(shop)
    assert shop.service()["spec"]["traffic"] == before
    shop.kube.delete("namespace", None, shop.namespace)
    until_the_namespace_is_gone(shop)
