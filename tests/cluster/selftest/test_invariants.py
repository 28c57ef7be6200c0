"""The rules of bed/invariants.py on made-up histories: good ones, and one for each way to break."""
import json
from datetime import datetime, timezone

import pytest

from bed.checker import Checker
from bed.invariants import CORE

BEGIN = 1_800_000_000.0
GONE = object()
STABLE, CANDIDATE = "checkout-00001", "checkout-00002"
SPEC = {"rollout": {"steps": [5, 50], "minimumStep": "5s", "bake": {"for": "10s"}}}


def stamp(at):
    return datetime.fromtimestamp(at, timezone.utc).isoformat().replace("+00:00", "Z")


def pair(digit):
    return {"digests": {"app": f"sha256:{digit * 64}"}, "template": "t:1"}


def to(**percents):
    """to(s=95, c=5): a traffic list that names Revisions."""
    names = {"s": STABLE, "c": CANDIDATE, "x": "checkout-00009"}
    return [{"revisionName": names[key], "percent": percent} for key, percent in percents.items()]


class History:
    """A Service, its Revisions and what the program writes, event by event."""

    def __init__(self):
        self.checker = Checker()
        self.version, self.now = 100, BEGIN
        self.item = {"metadata": {"name": "checkout", "namespace": "shop", "uid": "service"},
                     "spec": {"traffic": [{"latestRevision": True, "percent": 100}]},
                     "status": {"latestReadyRevisionName": STABLE}}
        self.core = {"v": 1, "service": "service", "seq": 0, "phase": "Adopting", "commands": {}}
        self.tracker("tracker")
        self.revision(STABLE, "True")
        self.show()

    def stamped(self, item):
        self.version += 1
        return {**item, "metadata": {**item["metadata"], "resourceVersion": str(self.version)}}

    def show(self):
        """Knative has done what spec.traffic asks for, or a person has edited the Service."""
        self.item["status"] = {"latestReadyRevisionName": STABLE,
                               "traffic": self.item["spec"]["traffic"]}
        self.item = self.stamped(json.loads(json.dumps(self.item)))
        self.checker.saw("service", self.item, self.now)

    def tracker(self, uid):
        self.checker.saw("trackedservice", {"metadata": {"uid": uid}, "spec": SPEC}, self.now)

    def revision(self, name, ready):
        self.checker.saw("revision", self.stamped({
            "metadata": {"name": name},
            "status": {"conditions": [{"type": "Ready", "status": ready}]}}), self.now)

    def write(self, traffic=None, after=5.0, guard=True, verdict=None, **core):
        """One write of the program `after` seconds, with these fields of the core changed."""
        self.now += after
        core = {**self.core, "seq": self.core["seq"] + 1, "since": stamp(self.now), **core}
        self.core = {key: value for key, value in core.items() if value is not GONE}
        patch = [{"op": "replace", "path": "/metadata/resourceVersion",
                  "value": self.item["metadata"]["resourceVersion"]}] if guard else []
        annotations = {CORE: json.dumps(self.core)}
        self.item = {**self.item, "metadata": {**self.item["metadata"], "annotations": annotations}}
        if traffic is not None:
            patch.append({"op": "add", "path": "/spec/traffic", "value": traffic})
            self.item = {**self.item, "spec": {"traffic": traffic}}
        self.item = self.stamped(self.item)
        self.checker.saw("service", self.item, self.now)
        self.tell("services", patch)
        status = {"seq": self.core["seq"], "verdict": {"kind": verdict}}
        self.tell("trackedservices", [{"op": "add", "path": "/status", "value": status}], "status")
        self.show()

    def tell(self, resource, body, sub=None):
        self.checker.wrote({
            "verb": "patch", "requestURI": "/apis/x", "responseStatus": {"code": 200},
            "stageTimestamp": stamp(self.now), "requestObject": body, "objectRef": {
                "resource": resource, "namespace": "shop", "name": "checkout", "subresource": sub}})

    def broken(self):
        """Names of the rules that do not hold, once all has settled."""
        assert self.checker.judge(self.now + 60)
        return sorted({sentence.partition(":")[0] for sentence in self.checker.violations})

    # A good rollout, part by part.

    def adopt(self, **core):
        self.write(to(s=100), phase="Idle",
                   **{"stable": {"name": STABLE, "uid": "u1", **pair("a")}, **core})

    def prepare(self, digit="b", rollout="r1", **core):
        self.write([*to(s=100), {"latestRevision": True, "percent": 0, "tag": "freshet"}],
                   phase="Preparing", rollout=rollout, started=stamp(self.now),
                   candidate=pair(digit), plan=[5, 50], **core)

    def first_step(self, traffic=None, **core):
        known = {**self.core["candidate"], "name": CANDIDATE, "uid": "u2"}
        self.write(traffic or to(s=95, c=5),
                   **{"phase": "Shifting", "step": 0, "candidate": known, **core})

    def second_step(self, traffic=None, verdict="Advance", **more):
        self.write(traffic or to(s=50, c=50), verdict=verdict, step=1, **more)

    def bake(self, **more):
        self.write(to(s=10, c=90), verdict="Promote", phase="Baking", **more)

    def finish(self, after=10.0, **more):
        stable = self.core["candidate"]
        self.write(to(c=100), after=after, phase="Idle", stable=stable, rollout=GONE,
                   candidate=GONE, **more)

    def retreat(self, **core):
        self.write(to(s=100), phase="Retreating", **core)

    def end_retreat(self, **core):
        self.write(phase="Idle", rollout=GONE, candidate=GONE, **core)


def rolled_out_to(part):
    """A good history up to and including one of its parts."""
    history = History()
    history.adopt()
    parts = ["prepare", "first_step", "second_step", "bake", "finish"]
    for name in parts[:parts.index(part) + 1]:
        getattr(history, name)()
        if name == "prepare":
            history.revision(CANDIDATE, "True")
    return history


REJECTED = [{**pair("b"), "until": stamp(BEGIN + 9999), "why": "errors"}]


def taken_back():
    history = rolled_out_to("first_step")
    history.retreat(rejected=REJECTED)
    history.end_retreat()
    return history


def test_a_good_rollout_breaks_nothing():
    history = rolled_out_to("finish")
    assert history.broken() == []
    assert history.checker.judged == 6


def test_a_rejected_candidate_a_retry_and_another_one_break_nothing():
    history = taken_back()
    history.prepare("c", "r2")
    history.retreat()
    history.end_retreat()
    history.write(rejected=[], commands={"retry": "1"})
    history.prepare("b", "r3")
    assert history.broken() == []


def test_what_a_person_does_is_not_the_programs_fault():
    history = rolled_out_to("first_step")
    history.item["spec"]["traffic"] = to(s=10, x=60, c=30)
    history.show()
    history.write(holds=[{"owner": "person"}])  # a pause leaves the person's split as it is
    del history.item["metadata"]["annotations"]
    history.show()
    history.retreat()
    assert history.broken() == []


def test_a_service_that_is_tracked_anew_begins_anew():
    history = taken_back()
    del history.item["metadata"]["annotations"]
    history.show()
    history.now += 1
    history.tracker("another")
    history.core = {"v": 1, "service": "service", "seq": 0}
    history.adopt()
    history.prepare("b", "r2")
    assert history.broken() == []


def test_a_process_that_died_before_it_told_its_verdict_is_believed():
    history = rolled_out_to("first_step")
    history.checker.starts.add(history.now + 5.5)
    history.now += 5
    told = history.tell
    history.tell = lambda *words: None if words[0] == "trackedservices" else told(*words)
    history.second_step(after=0.0)
    history.now += 1
    told("trackedservices", [{"value": {"seq": history.core["seq"], "verdict": None}}], "status")
    assert history.broken() == []


# Sentence → (part of a good history, what comes then, the rule that it breaks).
BAD = {
    "percents above 100": ("prepare", lambda h: h.first_step(to(s=100, c=5)), "S1"),
    "a percent below 0": ("prepare", lambda h: h.first_step(to(s=105, c=-5)), "S1"),
    "a tag twice": ("prepare", lambda h: h.first_step(
        [{**target, "tag": "t"} for target in to(s=95, c=5)]), "S1"),
    "a share for a Revision that is not Ready": (
        "prepare", lambda h: (h.revision(CANDIDATE, "False"), h.first_step()), "S2"),
    "a share for a Revision that nobody saw": (
        "first_step", lambda h: h.second_step(to(s=50, x=50)), "S2"),
    "requests for latestRevision": (
        "prepare", lambda h: h.first_step([{"latestRevision": True, "percent": 5}, *to(s=95)]),
        "S3"),
    "three Revisions with requests": (
        "first_step", lambda h: (h.revision("checkout-00009", "True"),
                                 h.second_step(to(s=40, c=50, x=10))), "S4"),
    "a rollout within a rollout": ("first_step", lambda h: h.prepare("c", "r2"), "S4"),
    "another candidate's uid in one rollout": (
        "first_step", lambda h: h.second_step(candidate={**h.core["candidate"], "uid": "u3"}),
        "S4"),
    "a step without a verdict": ("first_step", lambda h: h.second_step(verdict=None), "S5"),
    "a step on a verdict to go on waiting": (
        "first_step", lambda h: h.second_step(verdict="Continue"), "S5"),
    "a step too early": ("first_step", lambda h: h.second_step(after=4.0), "S5"),
    "a bake too short": ("bake", lambda h: h.finish(after=9.0), "S5"),
    "requests without the approval that is waited for": (
        "prepare", lambda h: (h.write(phase="Waiting"), h.first_step()), "S5"),
    "a forgotten rejection": ("first_step", lambda h: (
        h.retreat(rejected=REJECTED), h.end_retreat(rejected=[])), "S6"),
    "a rejected pair again": ("first_step", lambda h: (
        h.retreat(rejected=REJECTED), h.end_retreat(), h.prepare("b", "r2")), "S6"),
    "stable's own pair rejected": ("first_step", lambda h: h.retreat(
        rejected=[{**pair("a"), "until": stamp(BEGIN + 9999)}]), "S6"),
    "a write without its resourceVersion": (
        "first_step", lambda h: h.second_step(guard=False), "S7"),
    "a write that no watch showed": ("first_step", lambda h: h.tell("services", [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}]), "S7"),
    "a sequence that falls": ("first_step", lambda h: h.second_step(seq=2), "S7"),
    "stable without requests before the end": (
        "first_step", lambda h: h.second_step(to(c=100)), "S8"),
    "a shift while stable is not Ready": ("first_step", lambda h: (
        h.revision(STABLE, "False"), h.second_step(after=10.0)), "S8"),
}


@pytest.mark.parametrize("sentence", BAD)
def test_each_way_to_break_one_is_found(sentence):
    part, then, rule = BAD[sentence]
    history = rolled_out_to(part)
    then(history)
    assert rule in history.broken()


def test_a_person_who_promotes_overrules_evidence_and_clocks():
    history = rolled_out_to("prepare")
    history.write(phase="Waiting")
    history.first_step(commands={"promote": "1"})
    history.second_step(verdict="Continue", after=1.0, commands={"promote": "2"})
    history.bake(after=1.0, commands={"promote": "3"})
    history.finish(after=1.0, commands={"promote": "4"})
    assert history.broken() == []


@pytest.mark.parametrize("sentence", [name for name in BAD if BAD[name][2] != "S5"])
def test_a_person_who_promotes_overrules_nothing_else(sentence):
    part, then, rule = BAD[sentence]
    history = rolled_out_to(part)
    history.core["commands"] = {"promote": "7"}
    then(history)
    assert rule in history.broken()


def test_a_good_history_up_to_each_part_breaks_nothing():
    for part in ("prepare", "first_step", "second_step", "bake"):
        assert rolled_out_to(part).broken() == []
