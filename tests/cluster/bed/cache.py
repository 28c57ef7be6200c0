"""Kept copies of all objects of some kinds, fed by list and watch, one thread a kind."""
import http.client
import threading
import time

from bed.kube import ApiError, path_of


def key_of(item):
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


def version_of(item):
    return int(item["metadata"]["resourceVersion"])


class Cache:
    """`changed` is set whenever something arrives. What we wrote ourselves is put in at once with
    `store`, so that the next look never acts on what was there before our own write."""

    def __init__(self, kube, kinds):
        self.kube = kube
        self.changed = threading.Event()
        self.lock = threading.Lock()
        self.objects = {kind: {} for kind in kinds}
        self.listed = {kind: threading.Event() for kind in kinds}
        for kind in kinds:
            threading.Thread(target=self.follow, args=(kind,), daemon=True).start()

    def wait_until_listed(self, timeout=30):
        for kind, event in self.listed.items():
            if not event.wait(timeout):
                raise TimeoutError(f"no list of {kind} within {timeout} s")

    def all(self, kind):
        with self.lock:
            return list(self.objects[kind].values())

    def get(self, kind, namespace, name):
        with self.lock:
            return self.objects[kind].get((namespace, name))

    def store(self, kind, item):
        with self.lock:
            known = self.objects[kind].get(key_of(item))
            if known is None or version_of(known) < version_of(item):
                self.objects[kind][key_of(item)] = item

    def forget(self, kind, item):
        with self.lock:
            known = self.objects[kind].get(key_of(item))
            if known and known["metadata"]["uid"] == item["metadata"]["uid"]:
                del self.objects[kind][key_of(item)]

    def follow(self, kind):
        while True:
            try:
                listing = self.kube.call("GET", path_of(kind))
                with self.lock:
                    self.objects[kind] = {key_of(item): item for item in listing["items"]}
                self.listed[kind].set()
                self.changed.set()
                self.resume(kind, listing["metadata"]["resourceVersion"])
            except (OSError, http.client.HTTPException, ApiError, ValueError):
                pass  # The API server is away or restarting: list again soon.
            time.sleep(0.3)

    def resume(self, kind, version):
        """Watches, again and again from the last version seen, until that is too old."""
        while True:
            for event, item in self.kube.watch(kind, version):
                if event == "ERROR":
                    return
                version = item["metadata"]["resourceVersion"]
                if event == "DELETED":
                    self.forget(kind, item)
                elif event != "BOOKMARK":
                    self.store(kind, item)
                self.changed.set()
