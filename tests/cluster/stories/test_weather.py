"""What the world does meanwhile: the program is killed, metrics stop, a status never rests."""
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bed import freshet, services
from bed.cache import Cache
from bed.exposition import OUTER
from bed.shop import CORE, SERVICE, STEPS

PATIENT = {"analysis": {"errors": {"rollback": "1.25x + 0.02%", "promote": "1.5x + 0.05%"}}}


def traffic_in(patch):
    """The list that a JSON Patch puts into spec.traffic, or None."""
    return next((step["value"] for step in patch if step["path"] == "/spec/traffic"), None)


def test_a_retreat_lands_within_2_s_while_status_changes_every_100_ms(shop, kube, controller):
    shop.open_and_track(**PATIENT)
    shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    stop, moved = threading.Event(), []

    def storm():
        while not stop.wait(0.1):
            item = kube.patch("service", shop.namespace, SERVICE,
                              {"status": {"annotations": {"storm": str(len(moved))}}}, "status")
            moved.append((time.time(), item["metadata"]["resourceVersion"]))
    thread = threading.Thread(target=storm)
    thread.start()
    try:
        shop.until("the storm", lambda: len(moved) >= 10)
        asked = time.time()
        shop.annotate("abort", "in a storm")
        shop.until("stable to have all traffic",
                   lambda: shop.programmed() == {shop.stable.name: 100}, 20)
    finally:
        stop.set()
        thread.join()
    retreat = next(w for w in shop.writes() if w["at"] > asked)
    assert candidate not in {t.get("revisionName") for t in traffic_in(retreat["body"])}
    assert retreat["at"] - asked <= 2.0
    before = [version for at, version in moved if at < retreat["at"]]
    assert len(set(before)) == len(before) >= 10, "the status did not change under the program"
    shop.until_back()


def scrapes_of(shop, revision):
    """When Prometheus scraped a Revision's pods, oldest first."""
    found = services.ask_prometheus(
        f'{OUTER}_count{{k8s_namespace_name="{shop.namespace}",kn_revision_name="{revision}"}}[5m]')
    return sorted({at for result in found for at, _ in result["values"]})


@pytest.mark.alone
def test_a_retreat_lands_within_an_interval_and_1_s_of_the_scrape_that_decides(shop, controller):
    """The scrape that decides is one of those that came after the last look without a verdict."""
    shop.open_and_track(rollout={"steps": [50], "minimumStep": "60s"})
    digest = shop.push("second build")
    candidate = shop.until_shifted(50)
    shop.behave(images={digest: {"errors": 0.3}})
    looks = {}  # time of the newest sample → when a status first said so

    def back():
        evidence = json.loads(shop.tracked().get("evidence") or "{}").get("evidence", {})
        if evidence.get("lastEnd"):
            looks.setdefault(evidence["lastEnd"] / 1000, time.time())
        return shop.programmed() == {shop.stable.name: 100}
    shop.until("stable to have all traffic again", back, 60, 0.05)
    retreat = next(w for w in shop.writes() if w["at"] > min(looks)
                   and traffic_in(w["body"]) and candidate not in {
                       t.get("revisionName") for t in traffic_in(w["body"]) if t.get("percent")})
    undecided = max(end for end, seen in looks.items() if seen < retreat["at"])
    scrape = next(at for at in scrapes_of(shop, candidate) if at > undecided)
    took = retreat["at"] - scrape
    print(f"\nLATENCY from the scrape to the retreat: {took:.2f} s, {len(looks)} looks")
    assert took <= freshet.ANALYSIS_INTERVAL + 1


@pytest.mark.alone
def test_without_prometheus_a_rollout_is_held_and_goes_on_when_it_is_back(shop, run, controller):
    shop.open_and_track()
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    run.kill("prometheus")
    try:
        shop.until("the hold StaleMetrics", lambda: "StaleMetrics" in shop.reasons())
        assert shop.highest(candidate) == STEPS[0]
    finally:
        services.start_prometheus(run)
    assert shop.until_promoted(digest) == candidate


# Phase in which the program is killed → whether the build is good.
PHASES = {"Adopting": True, "Preparing": True, "Waiting": True, "Shifting": True,
          "Baking": True, "Retreating": False}


class Killer:
    """Kills the program and starts it again the moment a Service is seen in a phase."""

    def __init__(self, run, kube):
        self.run = run
        self.cache = Cache(kube, ["service"])
        self.cache.wait_until_listed()
        self.lock = threading.Lock()  # one death at a time; the others see it from their phases

    def phase(self, shop):
        item = self.cache.get("service", shop.namespace, SERVICE) or {"metadata": {}}
        return json.loads(item["metadata"].get("annotations", {}).get(CORE, "{}")).get("phase")

    def strike(self, shop, wanted):
        """Returns the phase in which the Service was left when the program was dead."""
        shop.until(f"phase {wanted}", lambda: self.phase(shop) == wanted, 150, 0.005)
        with self.lock:
            freshet.kill_9(self.run)
            left = shop.core_phase()[0]
            freshet.start(self.run)
        return left


def story_of_a_kill(shop, killer, phase, good):
    """One build while the program dies in one phase: (phase it was left in, ending, writes)."""
    shop.open()
    shop.track(rollout={"approval": "BeforeTraffic"} if phase == "Waiting" else {})
    left = "Adopting"
    if phase == "Adopting":
        with killer.lock:
            freshet.kill_9(killer.run)
            freshet.start(killer.run)
    shop.until("adoption", lambda: shop.phase() == "Idle", 90)
    digest = shop.push("second build")
    shop.behave(images={digest: {"errors": 0.0 if good else 0.3}})
    if phase != "Adopting":
        left = killer.strike(shop, phase)
    if phase == "Waiting":
        shop.command("promote")
    if good:
        shop.until_promoted(digest, 240)
    else:
        shop.until_back(240)
    return left, shop.image_digest() == digest, len(shop.writes())


@pytest.mark.alone
def test_killed_in_each_phase_it_comes_to_the_same_ending(shops, run, kube, controller):
    killer = Killer(run, kube)
    with ThreadPoolExecutor(len(PHASES)) as pool:
        futures = {phase: pool.submit(story_of_a_kill, shops(), killer, phase, good)
                   for phase, good in PHASES.items()}
    endings = {phase: future.exception() or future.result() for phase, future in futures.items()}
    most = len(STEPS) + 4
    for phase, good in PHASES.items():
        ending = endings[phase]
        assert not isinstance(ending, Exception), f"{phase}: {ending}"
        left, new_image, writes = ending
        assert (left, new_image) == (phase, good), f"{phase}: {ending}"
        more = phase in ("Waiting", "Retreating")  # to wait without the pin; to revert the template
        assert writes <= most + more, f"{phase}: {writes} writes"
