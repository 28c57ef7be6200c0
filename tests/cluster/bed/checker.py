"""Puts together what a watch shows and what the audit log tells: the program's writes as Cases,
judged by the rules of invariants.py."""
import json
import re
import time

from bed.audit import changed_something, seconds
from bed.invariants import RULES, Case, pair_of

SLACK = 2.0  # seconds by which the program's sight of a Revision may lag
SETTLED = 1.0  # seconds after which the watches have shown what was before
MISSED = 10.0  # seconds after which a version is not shown any more
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text, default):
    """Seconds of a duration as a spec has it: `1h30m`."""
    parts = re.findall(r"(\d+)([smhd])", text or "")
    return sum(int(number) * UNITS[unit] for number, unit in parts) if parts else default


def version(item):
    return int(item["metadata"]["resourceVersion"])


def is_ready(item):
    return any(c["type"] == "Ready" and c["status"] == "True"
               for c in item["status"].get("conditions", []))


def precondition(event):
    """The resourceVersion that a write was made on, or None: then it is no guarded write."""
    patch = event.get("requestObject")
    first = patch[0] if event["verb"] == "patch" and isinstance(patch, list) and patch else {}
    guarded = (first.get("op"), first.get("path")) == ("replace", "/metadata/resourceVersion")
    return first.get("value") if guarded else None


def described(event):
    target = event["objectRef"]
    return (f"the {event['verb']} of {target['namespace']}/{target['name']} at "
            f"{event['stageTimestamp']}: {json.dumps(event.get('requestObject'))[:2000]}")


class Checker:
    """What was seen of one namespace, in whatever order it comes."""

    def __init__(self):
        self.states = {}  # uid of a Service → [(seen at, item)], oldest first
        self.revisions = {}  # name → [(seen at, item)]
        self.trackers = {}  # uid of a TrackedService → seen at
        self.specs = []  # of TrackedServices
        self.statuses = []  # (written at, status) by the program
        self.starts = set()  # when a process of the program began
        self.pending = []  # writes that are not judged yet
        self.known = {}  # uid of a Service → (trackers so far, sequence, {rejected pair: until})
        self.judged = 0
        self.violations = []
        self.has_gaps = False  # a watch broke: some versions were never seen

    # What was seen.

    def saw(self, kind, item, at):
        meta = item["metadata"]
        if kind == "trackedservice":
            self.trackers.setdefault(meta["uid"], at)
            self.specs.append(item.get("spec", {}))
            return
        key = meta["uid"] if kind == "service" else meta["name"]
        known = (self.states if kind == "service" else self.revisions).setdefault(key, [])
        item.setdefault("status", {})
        if not known or version(item) > version(known[-1][1]):
            known.append((at, item))

    def wrote(self, event):
        """An entry of the audit log by the program itself."""
        target = event["objectRef"]
        if not changed_something(event):
            return
        if (target["resource"], target.get("subresource")) == ("trackedservices", "status"):
            for step in event.get("requestObject") or []:
                self.statuses.append((seconds(event["stageTimestamp"]), step["value"]))
        elif target["resource"] == "services" and not target.get("subresource"):
            self.pending.append(event)

    # What the rules ask.

    def was_ready(self, name, case):
        """In what was to be seen at the time of the write, or a moment before it."""
        for seen, item in reversed(self.revisions.get(name, [])):
            if version(item) > version(case.after):
                continue
            if is_ready(item):
                return True
            if seen < case.seen_at - SLACK:
                break
        return False

    def least(self, default, *path):
        """The shortest duration that any spec gave in `rollout`."""
        found = []
        for spec in self.specs:
            value = spec.get("rollout", {})
            for part in path:
                value = value.get(part, {})
            found.append(duration(value or "", default))
        return min(found, default=default)

    def is_past_deadline(self, case):
        return case.at - seconds(case.now["started"]) > self.least(6 * 3600, "deadline")

    def verdict_of(self, case):
        """The verdict that status gave with the write; None when nobody can tell any more."""
        for at, status in self.statuses:
            if status.get("seq") == case.now["seq"] and at > case.at - 1:
                died = any(case.at < start < at for start in self.starts)
                return None if died else (status.get("verdict") or {}).get("kind") or "missing"
        return None

    def last(self, case):
        """(sequence, {rejected pair: until}) as the program last wrote them. A person who takes
        core and TrackedService away has taken both."""
        trackers, seq, rejected = self.known.get(case.after["metadata"]["uid"], (0, 0, {}))
        if case.was is None and trackers != self.trackers_at(case):
            return 0, {}
        return seq, {pair for pair, until in rejected.items() if until > case.at}

    def trackers_at(self, case):
        return sum(1 for seen in self.trackers.values() if seen <= case.seen_at)

    # Judging.

    def judge(self, now=None):
        """Judges what has settled; True when nothing waits."""
        now = time.time() if now is None else now
        while self.pending:
            event = self.pending[0]
            case = self.case_of(event)
            if case is not None:
                if now - case.seen_at < SETTLED:
                    return False
                self.apply(case, event)
            elif precondition(event) is None:
                self.violations.append("S7: without the resourceVersion that was read, "
                                       + described(event))
            elif now - seconds(event["stageTimestamp"]) < MISSED:
                return False
            elif not self.has_gaps:
                self.violations.append(f"S7: no version was ever seen for {described(event)}")
            self.pending.pop(0)
        return True

    def case_of(self, event):
        """None where the watch has not shown it (yet)."""
        for states in self.states.values():
            for (_, before), (seen, after) in zip(states, states[1:]):
                if before["metadata"]["resourceVersion"] == precondition(event):
                    return Case(self, seconds(event["stageTimestamp"]), seen,
                                event["requestObject"], before, after)
        return None

    def apply(self, case, event):
        for name, rule in RULES.items():
            for sentence in rule(case):
                self.violations.append(f"{name}: {sentence}, in {described(event)}")
        self.judged += 1
        uid = case.after["metadata"]["uid"]
        self.known.pop(uid, None)
        if case.now is not None:  # else it has left
            rejected = {pair_of(entry): seconds(entry["until"])
                        for entry in case.now.get("rejected", [])}
            self.known[uid] = (self.trackers_at(case), case.now["seq"], rejected)
