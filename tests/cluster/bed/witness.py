"""Sees everything that happens to the namespaces of a session's stories, and says at once when the
program did what it never may (invariants.py)."""
import http.client
import threading
import time

from bed import audit, freshet
from bed.checker import Checker
from bed.kube import ApiError, path_of

KINDS = ("service", "revision", "trackedservice")
LAST_WORDS = 15.0  # seconds that what was written last may take to settle


class Broken(AssertionError):
    """An invariant does not hold: whose, where, and the write that broke it."""


class Witness:
    """One watch a kind for all stories of this process."""

    def __init__(self, run, kube):
        self.run, self.kube = run, kube
        self.lock = threading.Lock()  # guards the checkers
        self.checkers = {}  # namespace → Checker
        self.read = {}  # namespace → how many entries of the audit log it has been told
        began = [threading.Event() for _ in KINDS]
        for kind, event in zip(KINDS, began):
            threading.Thread(target=self.follow, args=(kind, event), daemon=True).start()
        for event in began:
            event.wait(30)

    def attend(self, namespace):
        """From its beginning: nothing may be in it yet."""
        with self.lock:
            self.checkers[namespace], self.read[namespace] = Checker(), 0
        audit.of(self.run, namespace, new=True)

    def look(self, namespace, at_the_end=False):
        """Raises Broken if anything was amiss so far."""
        end = time.monotonic() + LAST_WORDS
        while True:
            with self.lock:
                checker = self.checkers[namespace]
                self.hear(namespace, checker)
                settled = checker.judge()
                violations = list(checker.violations)
            if violations:
                raise Broken("\n".join(violations))
            if settled or not at_the_end or time.monotonic() > end:
                return
            time.sleep(0.1)

    def hear(self, namespace, checker):
        program = freshet.user(self.run)
        events = audit.of(self.run, namespace).events()
        for event in events[self.read[namespace]:]:
            if event["user"]["username"] == program:
                checker.wrote(event)
        self.read[namespace] = len(events)
        checker.starts.update(freshet.started(self.run))

    def forget(self, namespace):
        with self.lock:
            self.checkers.pop(namespace, None)

    def follow(self, kind, began):
        """Watches, again and again; after a break nobody knows what was missed."""
        while True:
            try:
                version = self.kube.call("GET", path_of(kind) + "?limit=1")["metadata"]
                began.set()
                self.resume(kind, version["resourceVersion"])
            except (OSError, http.client.HTTPException, ApiError, ValueError):
                pass  # The API server is away or restarting.
            with self.lock:
                for checker in self.checkers.values():
                    checker.has_gaps = True
            time.sleep(0.3)

    def resume(self, kind, version):
        """From the last version seen, until that is too old."""
        while True:
            for event, item in self.kube.watch(kind, version):
                if event == "ERROR":
                    return
                version = item["metadata"]["resourceVersion"]
                with self.lock:
                    checker = self.checkers.get(item["metadata"].get("namespace"))
                    if checker is not None and event != "BOOKMARK":
                        checker.saw(kind, item, time.time())
