"""Tests of a candidate through its tag URL, before any user's request reaches it."""
from bed.phases import track_quickly
from bed.shop import merged

SMOKE = {"name": "smoke", "http": {"path": "/healthz"}, "timeout": "10s", "retries": 1}


def gates_of(shop):
    return {gate["name"]: gate for gate in shop.tracked().get("gates", [])}


def open_with_gates(shop, *gates, **spec):
    shop.behave(rate=20)
    shop.open()
    track_quickly(shop, **merged({"gates": list(gates)}, spec))
    shop.until("adoption", lambda: shop.core_phase()[0] == "Idle")


def test_a_build_that_passes_its_gates_is_promoted(shop, controller):
    open_with_gates(shop, SMOKE, {"name": "names", "http": {
        "match": "^checkout-[0-9]+$", "requests": 10, "required": 9}})
    shop.until_promoted(shop.push("second build"))
    entry = shop.tracked()["history"][0]
    assert entry["outcome"] == "Promoted"
    assert [gate["state"] for gate in entry["gates"]] == ["Passed", "Passed"]


def test_a_build_that_fails_a_gate_never_meets_a_user(shop, controller):
    open_with_gates(shop, SMOKE)
    digest = shop.push("second build")
    shop.behave(images={digest: {"gate": 500}})
    shop.until("the rejection", lambda: shop.tracked().get("rejected"))
    shop.until_back()
    assert shop.highest(shop.revision_of(digest)) == 0
    entry = shop.until("the history", lambda: shop.tracked().get("history"))[0]
    assert entry["outcome"] == "RolledBack"
    assert "gate smoke failed" in entry["message"] and "answered 500" in entry["message"]


def test_a_gate_that_cannot_be_told_holds_until_it_can(shop, controller):
    open_with_gates(shop, SMOKE)
    shop.behave(unreachable=True)
    digest = shop.push("second build")
    shop.until("the hold", lambda: "GateInconclusive" in shop.reasons())
    assert gates_of(shop)["smoke"]["state"] == "Inconclusive"
    assert shop.highest(shop.revision_of(digest)) == 0
    shop.behave(unreachable=False)
    shop.until_promoted(digest)


def test_a_person_overrules_a_gate_that_cannot_be_told(shop, controller):
    open_with_gates(shop, SMOKE)
    shop.behave(unreachable=True)
    digest = shop.push("second build")
    shop.until("the hold", lambda: "GateInconclusive" in shop.reasons())
    answer = shop.command("promote", "--reason", "the ingress is down")
    assert "gates not passed: smoke" in answer
    shop.until_promoted(digest)
