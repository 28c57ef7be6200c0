"""One tracked Knative Service in its own namespace: what a story does with it and sees of it."""
import http.client
import json
import secrets
import time
from collections import namedtuple

import yaml

from bed import behaviour, exposition, freshet, images, plane, services
from bed.kube import ApiError
from bed.run import REGISTRY, USERS_PORT, BedError

CORE = "freshet.dev/rollout"
SERVICE = "checkout"
TAG = "live"
STEPS = [5, 50]

# Short steps and wide promotion margins: a story takes seconds where production takes hours.
FAST = {
    "service": SERVICE,
    "poll": {"every": "10s"},
    "rollout": {"steps": STEPS, "minimumStep": "5s", "bake": {"for": "10s", "holdback": 10},
                "readyWithin": "5m"},
    "analysis": {"warmUp": "0s",
                 "errors": {"rollback": "1.25x + 1%", "promote": "1.5x + 10%"},
                 "latency": {"rollback": "1.25x + 5%", "promote": "1.5x + 20%"}},
}
RATE = 150  # requests a second of each Service's users

Revision = namedtuple("Revision", "name digest")


def merged(base, over):
    """`base` with the entries of `over` in their places, deeply."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {key: merged(base.get(key), over.get(key, base.get(key)))
                for key in {**base, **over}}
    return over


class Shop:
    """Made by a story; `leave` ends it. All waits are bounded and say what they waited for."""

    def __init__(self, run, kube, witness, story):
        self.run, self.kube, self.witness = run, kube, witness
        self.namespace = f"{story[:40].replace('_', '-').strip('-')}-{secrets.token_hex(2)}"
        self.repository = f"{self.namespace}/{SERVICE}"
        self.image = f"{REGISTRY}/{self.repository}:{TAG}"
        self.control = {"rate": RATE}
        self.stable = None
        witness.attend(self.namespace)
        kube.call("POST", "/api/v1/namespaces", {"metadata": {"name": self.namespace}})

    # What people and builds do.

    def push(self, content):
        """A build: moves the followed tag to a new image; its digest."""
        return images.push(self.run, self.repository, TAG, f"{self.namespace} {content}\n")

    def push_on_base(self, base, content):
        """A build of `content` upon a base of its own; equal words are equal layers."""
        return images.push_on_base(self.run, self.repository, TAG, f"{self.namespace} {base}\n",
                                   f"{self.namespace} {content}\n")

    def push_again(self):
        """A rebuild of the newest build: another digest with the same content."""
        return images.push_again(self.run, self.repository, TAG)

    def behave(self, **control):
        """Merges into the namespace's control file (behaviour.py says what it may hold)."""
        self.control = merged(self.control, control)
        behaviour.write(self.run, self.namespace, self.control)

    def manifest(self, **service):
        """The Service as a person's file has it: the followed tag, and nothing of traffic."""
        return merged({
            "apiVersion": "serving.knative.dev/v1", "kind": "Service",
            "metadata": {"name": SERVICE, "namespace": self.namespace},
            "spec": {"template": {"spec": {"containers": [{"image": self.image}]}}}}, service)

    def kubectl(self, *words, document):
        """kubectl with a file, as CI calls it; its output."""
        return plane.kubectl(self.run, *words, "-f", "-", document=json.dumps(document))

    def open(self, create=None, **service):
        """Pushes a first image and creates the Knative Service; returns once users reach it."""
        self.behave()
        digest = self.push("first build")
        create = create or (lambda item: self.kube.create("service", self.namespace, item))
        create(self.manifest(**service))
        self.until("the Service to be Ready", lambda: self.condition("service", "Ready") == "True")
        name = self.service()["status"]["latestReadyRevisionName"]
        self.stable = Revision(name, digest)
        self.until("the first request", lambda: self.users()["splits"])

    def track(self, **spec):
        """Creates the TrackedService, FAST but for what is given."""
        self.kube.create("trackedservice", self.namespace, {
            "apiVersion": "freshet.dev/v1alpha1", "kind": "TrackedService",
            "metadata": {"name": SERVICE}, "spec": merged(FAST, spec)})

    def open_and_track(self, **spec):
        """Until it is adopted: Idle, with the first Revision as stable. What has metrics already is
        adopted at once; the program asks for them every half minute."""
        self.open()
        self.until("a first sample", lambda: services.ask_prometheus(
            exposition.any_of(self.namespace)))
        self.track(**spec)
        self.until("adoption", lambda: self.phase() == "Idle")

    def retune(self, spec):
        """A person's merge patch of what is tracked, and how."""
        self.kube.patch("trackedservice", self.namespace, SERVICE, {"spec": spec})

    def edit(self, patch):
        """A person's merge patch of the Service."""
        return self.kube.patch("service", self.namespace, SERVICE, patch)

    def annotate(self, verb, words=""):
        """A command as `kubectl annotate` gives it."""
        value = f"{int(time.time())}-{secrets.token_hex(2)} {words}".strip()
        self.kube.patch("trackedservice", self.namespace, SERVICE,
                        {"metadata": {"annotations": {f"freshet.dev/{verb}": value}}})

    def command(self, verb, *words):
        return freshet.command(self.run, verb, SERVICE, "-n", self.namespace, *words)

    # What is seen.

    def service(self):
        return self.kube.get("service", self.namespace, SERVICE)

    def core(self):
        """The rollout's core as the Service carries it; empty where there is none to be read."""
        try:
            return json.loads(self.service()["metadata"]["annotations"][CORE])
        except (KeyError, TypeError, ValueError):
            return {}

    def tracked(self):
        """The TrackedService's status."""
        return (self.kube.get("trackedservice", self.namespace, SERVICE) or {}).get("status", {})

    def phase(self):
        return self.tracked().get("phase")

    def message(self):
        """What status says; empty while none is written, which is some moments after the core."""
        return self.tracked().get("message", "")

    def core_phase(self):
        """(phase, percent) as the Service carries them."""
        core = self.core()
        return core.get("phase"), core.get("percent", 0)

    def reasons(self):
        """Every reason that status gives for waiting: its holds', its condition's, its own."""
        status = self.tracked()
        held = [c.get("reason") for c in status.get("conditions", [])
                if c["type"] == "Held" and c["status"] == "True"]
        return {*held, status.get("reason"), *(h.get("reason") for h in status.get("holds", []))}

    def condition(self, kind, name):
        item = self.kube.get(kind, self.namespace, SERVICE) or {}
        return next((c["status"] for c in item.get("status", {}).get("conditions", [])
                     if c["type"] == name), None)

    def revisions_of(self, digest):
        """The Revisions that run this digest, oldest first."""
        return [item["metadata"]["name"] for item in self.kube.list("revision", self.namespace)
                if any(c.get("imageDigest", "").endswith(digest)
                       for c in item.get("status", {}).get("containerStatuses", []))]

    def revision_of(self, digest):
        """The first Revision that ran this digest, or None."""
        return next(iter(self.revisions_of(digest)), None)

    def image_digest(self):
        """The digest the Service's template names, empty when it names a tag only."""
        container = self.service()["spec"]["template"]["spec"]["containers"][0]
        return behaviour.digest_in(container["image"])

    def traffic(self):
        """{revision: percent} that spec.traffic asks for, 0 % entries left out."""
        return {t.get("revisionName", "@latest"): t["percent"]
                for t in self.service()["spec"]["traffic"] if t.get("percent")}

    def users(self):
        """What users met and got: see users.py."""
        connection = http.client.HTTPConnection("127.0.0.1", USERS_PORT, timeout=5)
        try:
            connection.request("GET", f"/users/{self.namespace}/{SERVICE}")
            return json.loads(connection.getresponse().read() or '{"splits": [], "bad": {}}')
        finally:
            connection.close()

    def splits(self):
        """The splits that were in force, in order, without times and entries of 0 %."""
        shares = [{r: p for r, p in entry["splits"].items() if p}
                  for entry in self.users()["splits"]]
        return [split for split, before in zip(shares, [None, *shares]) if split != before]

    def programmed(self):
        """What users meet now."""
        return (self.splits() or [{}])[-1]

    def highest(self, revision):
        """The highest percent that a Revision was ever given."""
        return max((split.get(revision, 0) for split in self.splits()), default=0)

    def writes(self):
        """The program's writes of the Service."""
        return freshet.writes(self.run, self.namespace, SERVICE)

    def checks(self):
        """How often anyone has asked the registry for the followed tag."""
        asked = f"/v2/{self.repository}/manifests/{TAG} "
        with open(self.run.folder / "log" / "registry", encoding="utf-8", errors="replace") as log:
            return sum(1 for line in log if asked in line)

    # Waiting.

    def until(self, what, check, timeout=60.0, every=0.1):
        """Waits until `check` is true; the error after `timeout` s tells all that is known. What
        the program may never do ends the story at once."""
        end = time.monotonic() + timeout
        while True:
            found = check()
            self.witness.look(self.namespace)
            if found:
                return found
            if time.monotonic() > end:
                raise BedError(f"after {timeout:g} s still waiting for {what}\n{self.describe()}")
            time.sleep(every)

    def until_promoted(self, digest, timeout=150):
        """Until a Revision of this digest has all traffic, as users meet it, and nothing goes on.
        Returns the Revision's name."""
        def promoted():
            idle = self.core_phase()[0] == "Idle"
            return idle and next((name for name in self.revisions_of(digest)
                                  if self.programmed() == {name: 100}), None)
        return self.until("the new build to have all traffic", promoted, timeout, 0.3)

    def until_back(self, timeout=120):
        """Until stable has all traffic, as users meet it, and nothing goes on."""
        self.until("stable to have all traffic again", lambda: self.core_phase()[0] == "Idle"
                   and self.programmed() == {self.stable.name: 100}, timeout, 0.3)

    def until_shifted(self, percent, timeout=90):
        """Until users meet the candidate at this percent; the candidate's name."""
        def shifted():
            split = self.programmed()
            return next((name for name, share in split.items()
                         if share == percent and name != self.stable.name), None)
        return self.until(f"users to meet the candidate at {percent} %", shifted, timeout)

    def describe(self):
        service = self.service() or {}
        log = [line for line in self.run.tail(freshet.NAME, 2000).splitlines()
               if self.namespace in line]
        return "\n".join([
            f"--- {self.namespace}/{SERVICE}",
            "core: " + service.get("metadata", {}).get("annotations", {}).get(CORE, "none"),
            "tracked: " + yaml.safe_dump(self.tracked(), width=150),
            "traffic: " + json.dumps(service.get("spec", {}).get("traffic")),
            "conditions: " + json.dumps(service.get("status", {}).get("conditions")),
            "users: " + json.dumps(self.users()),
            "the program's last words on it:", *log[-15:]])

    def leave(self):
        """Deletes everything in the background; the users leave at once."""
        self.behave(rate=0)
        for kind in ("trackedservice", "service"):
            try:
                self.kube.delete(kind, self.namespace, SERVICE)
            except ApiError:
                pass  # The kind may not be known to this cluster; the namespace takes the rest.
        self.kube.delete("namespace", None, self.namespace)
