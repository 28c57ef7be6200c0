"""Judging by each dialect of Knative's metrics, by the activator's, and without any."""
import pytest

from bed.shop import RATE, STEPS

# (dialect, identity): see exposition.py. OpenCensus names the Revision by itself.
COUNTED = [("otel", "label"), ("otel", "pod-label"), ("otel", "target-info"),
           ("opencensus", "label")]
NAMES = {("otel", "label"): "promoted labels", ("otel", "pod-label"): "pod labels",
         ("otel", "target-info"): "target_info", ("opencensus", "label"): "OpenCensus"}
each_dialect = pytest.mark.parametrize("dialect,identity", COUNTED)
# One step is enough to see a build promoted.
SHORT = {"rollout": {"steps": [50], "bake": {"for": "5s", "holdback": 10}}}


def counted(shop, dialect, identity="label", **more):
    shop.behave(metrics={"dialect": dialect, "identity": identity, **more})


def rejected(shop):
    return {digest for entry in shop.core().get("rejected", [])
            for digest in entry["digests"].values()}


def ready_condition(shop):
    return next((c for c in shop.tracked().get("conditions", []) if c["type"] == "Ready"), {})


def dialect_in(shop):
    """The dialect that the program reads, as its status remembers it."""
    return next((name for name in NAMES.values()
                 if f'"dialect":"{name}"' in shop.tracked().get("evidence", "")), None)


def revision_is_ready(shop, name):
    item = shop.kube.get("revision", shop.namespace, name)
    return next(c["status"] for c in item["status"]["conditions"] if c["type"] == "Ready") == "True"


@each_dialect
def test_a_good_build_is_promoted(shop, controller, dialect, identity):
    counted(shop, dialect, identity)
    shop.open_and_track(**SHORT)
    shop.until_promoted(shop.push("second build"))
    assert dialect_in(shop) == NAMES[dialect, identity]
    assert shop.users()["bad"] == {}


def taken_back_at_the_first_step(shop, **behaviour):
    """A build that behaves like this, until stable has all traffic again; its Revision's name."""
    shop.open_and_track()
    digest = shop.push("bad build")
    shop.behave(images={digest: behaviour})
    candidate = shop.until_shifted(STEPS[0])
    shop.until_back()
    assert shop.highest(candidate) == STEPS[0]
    assert rejected(shop) == {digest}
    return candidate


@each_dialect
def test_a_failing_build_is_taken_back_at_the_first_step(shop, controller, dialect, identity):
    counted(shop, dialect, identity)
    candidate = taken_back_at_the_first_step(shop, errors=0.2)
    bad = shop.users()["bad"][candidate]
    assert bad <= 60, "the retreat came late"
    # Each was counted by its pod and by the activator, and is one failure.
    assert 0 < shop.tracked()["history"][0]["canaryErrors"] <= bad


@pytest.mark.parametrize("dialect,identity", [("otel", "target-info"), ("opencensus", "label")])
def test_a_build_that_is_only_slower_is_taken_back(shop, controller, dialect, identity):
    counted(shop, dialect, identity)
    taken_back_at_the_first_step(shop, median=0.4)
    assert shop.users()["bad"] == {}


@pytest.mark.parametrize("dialect,identity", [("otel", "pod-label"), ("opencensus", "label")])
def test_failures_that_reach_no_pod_are_seen_through_the_activator(shop, controller, dialect,
                                                                   identity):
    counted(shop, dialect, identity)
    shop.open_and_track()
    digest = shop.push("build whose pods all stop being ready")
    candidate = shop.until_shifted(STEPS[0])
    shop.behave(images={digest: {"mode": "never"}})
    shop.until("failures that no pod counts", lambda: shop.users()["bad"].get(candidate))
    assert revision_is_ready(shop, candidate), "Knative itself would tell"
    shop.until_back()
    assert shop.highest(candidate) == STEPS[0]
    assert rejected(shop) == {digest}
    # Prometheus lets go of the pods' targets after 6 s; 8 s later they are not waited for any more;
    # then three looks must agree, 2 s apart, and the Route needs 2 s: 22 s at 5 % of the users.
    assert shop.users()["bad"][candidate] <= 30 * RATE * STEPS[0] / 100, "the retreat came late"


def test_without_metrics_nothing_is_written_and_adoption_goes_on_when_they_appear(shop, controller):
    counted(shop, "none")
    shop.open()
    before = shop.service()
    shop.track()
    shop.until("the reason", lambda: ready_condition(shop).get("reason") == "NoMetrics")
    condition = ready_condition(shop)
    assert condition["status"] == "False"
    for words in ("request-metrics-protocol: prometheus", "PodMonitor", shop.stable.name):
        assert words in condition["message"]
    assert shop.writes() == []
    assert shop.service()["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    counted(shop, "opencensus")
    shop.until("adoption", lambda: shop.phase() == "Idle")
    assert len(shop.writes()) == 1


@pytest.mark.parametrize("good", [True, False])
def test_an_upgrade_of_knative_in_mid_rollout_is_followed(shop, controller, good):
    """The names change under the same pods, whose counters hold all their past."""
    counted(shop, "opencensus")
    shop.open_and_track(analysis={"errors": {"promote": "1.5x + 2%"}})
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    assert dialect_in(shop) == "OpenCensus"
    counted(shop, "otel", "pod-label")
    shop.until("the new names to be read", lambda: dialect_in(shop) == "pod labels")
    assert shop.programmed()[candidate] == STEPS[0]
    if good:
        assert shop.until_shifted(STEPS[1]) == candidate
    else:
        shop.behave(images={digest: {"errors": 0.3}})
        shop.until_back()
        assert rejected(shop) == {digest}
    assert shop.highest(candidate) == (STEPS[1] if good else STEPS[0])


def test_requests_through_the_candidates_tag_are_no_users(shop, controller):
    counted(shop, "otel", "pod-label")
    shop.behave(gates=40)  # all of them fail
    shop.open_and_track()
    shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    shop.until_shifted(STEPS[1])
    assert candidate not in shop.users()["bad"]
