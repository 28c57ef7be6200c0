"""What the program never does: S1 to S8, looked at after every write of a Service of its own.

A rule is a function of one Case, a write with the Service before and after it, and yields sentences
about what is wrong. What people do is never the program's fault: only what a write of its own
submits, raises, begins or forgets is looked at. checker.py puts the cases together.
"""
import json
from dataclasses import dataclass, field

from bed.audit import seconds

CORE = "freshet.dev/rollout"
ACTIVE = ("Preparing", "Gating", "Waiting", "Shifting", "Baking", "Retreating")
WITH_TRAFFIC = ("Shifting", "Baking")
MOST_REJECTIONS = 16


def core_of(service):
    """The rollout's core, or None where none of this Service's own can be read."""
    text = service["metadata"].get("annotations", {}).get(CORE)
    try:
        core = json.loads(text) if text else None
    except ValueError:
        return None
    whole = isinstance(core, dict) and core.get("service") == service["metadata"]["uid"]
    return core if whole and isinstance(core.get("seq"), int) else None


def shares(targets, service):
    """{revision: percent} of a traffic list, latestRevision by its present name."""
    found = {}
    for target in targets or []:
        name = target.get("revisionName") or service["status"].get("latestReadyRevisionName")
        found[name] = found.get(name, 0) + (target.get("percent") or 0)
    return {name: percent for name, percent in found.items() if percent}


def pair_of(thing):
    return json.dumps([thing.get("digests"), thing.get("template")], sort_keys=True)


@dataclass
class Case:
    """One write of the program. `was` and `now` are the cores before and after it, or None."""
    world: object  # what else was seen: a Checker
    at: float  # when it was written
    seen_at: float  # when the watch showed it
    patch: list
    before: dict
    after: dict
    was: dict = None
    now: dict = None
    traffic: list = None  # as submitted; None: left as it was
    raised: set = field(default_factory=set)  # Revisions that got more than they had

    def __post_init__(self):
        self.was, self.now = core_of(self.before), core_of(self.after)
        for step in self.patch:
            if step["path"] == "/spec/traffic":
                self.traffic = step.get("value", [])
        if self.traffic is not None:
            asked = shares(self.before["spec"].get("traffic"), self.before)
            given = shares(self.before["status"].get("traffic"), self.before)
            self.raised = {name for name, percent in shares(self.traffic, self.before).items()
                           if percent > max(asked.get(name, 0), given.get(name, 0))}

    def phase(self):
        return (self.now or {}).get("phase")

    def name(self, role):
        return ((self.now or {}).get(role) or {}).get("name")

    def same_rollout(self):
        return bool(self.was and self.now and self.was.get("rollout")
                    and self.was["rollout"] == self.now.get("rollout"))

    def told_to(self, verb):
        """Whether a person's command is carried out by this very write."""
        old, new = [(core or {}).get("commands", {}).get(verb) for core in (self.was, self.now)]
        return new is not None and new != old

    def took(self):
        """Seconds in the position that this write leaves."""
        return seconds(self.now["since"]) - seconds(self.was["since"])


def s1_sum(case):
    if case.traffic is None:
        return
    percents = [target.get("percent", 0) for target in case.traffic]
    tags = [target["tag"] for target in case.traffic if target.get("tag")]
    if sum(percents) != 100 or not all(0 <= percent <= 100 for percent in percents):
        yield f"the percents {percents} do not sum to 100"
    if len(set(tags)) != len(tags):
        yield f"a tag stands twice in {tags}"


def s2_ready(case):
    if case.phase() == "Retreating":  # goes to stable whatever stable is
        return
    for name in case.raised:
        if not case.world.was_ready(name, case):
            yield f"{name} got more requests and was not Ready"


def s3_pinned(case):
    if case.traffic is None or case.phase() not in ACTIVE:
        return
    for target in case.traffic:
        if target.get("percent") and (target.get("latestRevision")
                                      or not target.get("revisionName")):
            yield f"{target['percent']} % go to whatever is latest during a rollout"


def s4_one_canary(case):
    if case.now is None:
        return
    known = {case.name("stable"), case.name("candidate") if case.phase() in WITH_TRAFFIC else None}
    others = set(shares(case.traffic, case.before)) - known
    if others:
        yield f"{sorted(others)} get requests and are neither stable nor candidate"
    rollouts = [core["rollout"] for core in (case.was, case.now)
                if core and core.get("phase") in ACTIVE and core.get("rollout")]
    if len(set(rollouts)) > 1 and case.phase() != "Retreating":
        yield f"rollout {rollouts[1]} begins before {rollouts[0]} is over"
    uids = [core["candidate"].get("uid") for core in (case.was, case.now) if case.same_rollout()
            and core.get("candidate")]
    if len(uids) == 2 and uids[0] and uids[1] != uids[0]:
        yield f"the candidate {uids[0]} became {uids[1]} within a rollout"


def s5_evidence(case):
    before = (case.was or {}).get("phase")
    if before == "Waiting" and case.phase() == "Shifting" and not case.told_to("promote"):
        yield "it was not approved"
    finishes = (before == "Baking" and case.phase() == "Idle"
                and (case.was.get("candidate") or {}).get("uid") == case.now["stable"]["uid"])
    goes_on = case.same_rollout() and case.name("candidate") in case.raised
    if before not in WITH_TRAFFIC or not (finishes or goes_on):
        return
    if case.told_to("promote") or case.told_to("resume"):  # resume: to the plan's own percents
        return
    path = ["bake", "for"] if finishes else ["minimumStep"]
    least = case.world.least(900 if finishes else 120, *path)
    if case.was.get("newBase"):  # by a plan of its own
        least = case.world.least(least, "newBase", *path)
    if case.took() < least:
        yield f"{before} took {case.took():.1f} s instead of {least} s"
    if finishes or case.world.is_past_deadline(case):
        return
    verdict = case.world.verdict_of(case)
    if verdict not in ("Advance", "Promote", None):
        yield f"the verdict was {verdict}, and no person asked for it"


def s6_sticky(case):
    if case.now is None:
        return
    _, known = case.world.last(case)
    left = {pair_of(entry) for entry in case.now.get("rejected", [])}
    stable = pair_of(case.now.get("stable") or {})
    if stable in left:
        yield "stable's own pair is rejected"
    begun = case.phase() == "Preparing" and not case.same_rollout()
    if begun and pair_of(case.now["candidate"]) in known:
        yield "a rejected pair begins a rollout"
    if not case.told_to("retry") and len(left) < MOST_REJECTIONS:
        for pair in known:
            if pair not in left and pair != stable:
                yield f"the rejection of {pair} is forgotten"


def s7_one_writer(case):
    """The other half, a resourceVersion in each write, is what makes a Case of it."""
    last, _ = case.world.last(case)
    if case.now is not None and case.now["seq"] <= last:
        yield f"the sequence went from {last} to {case.now['seq']}"


def s8_stable(case):
    stable = case.name("stable")
    if case.traffic is None or stable is None:
        return
    if not shares(case.traffic, case.before).get(stable):
        yield f"stable {stable} gets no request any more"
    if case.phase() in WITH_TRAFFIC and case.name("candidate") in case.raised \
            and not case.world.was_ready(stable, case):
        yield f"a shift was written while stable {stable} was not Ready"


RULES = {"S1": s1_sum, "S2": s2_ready, "S3": s3_pinned, "S4": s4_one_canary, "S5": s5_evidence,
         "S6": s6_sticky, "S7": s7_one_writer, "S8": s8_stable}
