"""Plays the users, the ingress' data plane and the queue-proxies: a process of its own.

It sends seeded requests by the splits of the *real* Ingress objects, as the stand-in has declared
them programmed, lets each Revision answer as behaviour.py says, counts per pod, and serves over
HTTP what Prometheus scrapes and what users got:

    /targets                 the pods, as Prometheus' http_sd wants them
    /pods/NAMESPACE/POD      one pod's metrics, in the dialect of its namespace
    /activator               the activator's; every request comes through it
    any path                 with the host of a traffic tag: what its Revision answers there, with
                              the Revision's name
    /users/NAMESPACE/NAME    {"requests": {revision: n}, "bad": {revision: n},
                              "splits": [{"at": unix seconds, "splits": {revision: percent}}]}
"""
import json
import math
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bed import pki
from bed.behaviour import Control
from bed.cache import Cache
from bed.exposition import (CONFIGURATION, SERVICE, Histogram, Metrics, activator_lines, pod_text,
                            target_labels)
from bed.kube import Kube
from bed.run import USERS_PORT, Run
from bed.standin import LABEL
from bed.statuses import PORT, is_ready

TICK = 0.1
DEFAULT_RATE = 50.0  # requests a second for each Service
SEED = 7


def splits_in(ingress):
    """{revision: percent} of the Service's own host, or None while it is not programmed."""
    meta, status = ingress["metadata"], ingress.get("status", {})
    ready = any(c["type"] == "Ready" and c["status"] == "True"
                for c in status.get("conditions", []))
    if not ready or status.get("observedGeneration") != meta["generation"]:
        return None
    own = f"{meta['name']}.{meta['namespace']}."
    for host, splits in rules_of(ingress):
        if host.startswith(own):
            return splits
    return None


def rules_of(ingress):
    """(host, {revision: percent}) of the Service's own host and each tag's, once each."""
    rules = ingress["spec"].get("rules", [])
    for rule in [r for r in rules if r.get("visibility") != "ClusterLocal"] or rules:
        splits = rule["http"]["paths"][0]["splits"]
        yield rule["hosts"][0], {s["serviceName"]: s["percent"] for s in splits}


def poisson(dice, mean):
    """How many requests arrive when `mean` are expected (Knuth's method, for small means)."""
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


class Crowd:
    """The users of one Service: the split they meet, and what they got from each Revision."""

    def __init__(self, uid, name):
        self.uid = uid
        self.dice = random.Random(f"{SEED} {name}")
        self.splits = {}
        self.history = []
        self.requests = {}
        self.bad = {}
        self.activator = {}  # revision → {(code, host): Histogram}

    def meet(self, name, splits):
        if splits is not None and splits != self.splits:
            self.splits = splits
            self.history.append({"at": time.time(), "splits": splits})
            print(json.dumps({"service": name, **self.history[-1]}), flush=True)

    def choose(self):
        point = self.dice.random() * sum(self.splits.values())
        for revision, percent in self.splits.items():
            point -= percent
            if point < 0:
                break
        return revision


class Users:
    """All crowds and all pods' counters; `lock` guards both against the HTTP threads."""

    def __init__(self, run):
        self.control = Control(run.control)
        self.cache = Cache(Kube(pki.kubeconfig_of(run, "standin")), ["ingress", "pod"])
        self.lock = threading.Lock()
        self.crowds = {}  # (namespace, Service) → Crowd
        self.counters = {}  # (namespace, pod) → {(code, host): Histogram}

    def forever(self):
        self.cache.wait_until_listed()
        before = time.monotonic()
        while True:
            time.sleep(TICK)
            now = time.monotonic()
            with self.lock:
                self.send(now - before)
            before = now

    def send(self, elapsed):
        pods = {}
        alive = {(p["metadata"]["namespace"], p["metadata"]["name"]): p
                 for p in self.cache.all("pod")}
        for (namespace, _), pod in alive.items():
            if is_ready(pod):
                revision = pod["metadata"].get("labels", {}).get(LABEL)
                pods.setdefault((namespace, revision), []).append(pod)
        self.counters = {key: self.counters.get(key, {}) for key in alive}
        for ingress in self.cache.all("ingress"):
            meta = ingress["metadata"]
            key = (meta["namespace"], meta["name"])
            if key not in self.crowds or self.crowds[key].uid != meta["uid"]:
                self.crowds[key] = Crowd(meta["uid"], "/".join(key))
            crowd = self.crowds[key]
            crowd.meet("/".join(key), splits_in(ingress))
            control = self.control.of(meta["namespace"])
            if not crowd.splits or "deletionTimestamp" in meta:
                continue
            for host, splits in rules_of(ingress):
                own = host.startswith(f"{meta['name']}.")
                rate = control.get("rate", DEFAULT_RATE) if own else control.get("gates", 0)
                for _ in range(poisson(crowd.dice, rate * min(elapsed, 1.0))):
                    if own:
                        self.request(crowd, meta["namespace"], host, pods)
                    else:
                        self.answer(crowd, meta["namespace"], host, next(iter(splits)), pods, 500)

    def request(self, crowd, namespace, host, pods):
        """One user's request."""
        revision = crowd.choose()
        code = self.answer(crowd, namespace, host, revision, pods)
        crowd.requests[revision] = crowd.requests.get(revision, 0) + 1
        if code >= 500:
            crowd.bad[revision] = crowd.bad.get(revision, 0) + 1

    def answer(self, crowd, namespace, host, revision, pods, code=None):
        """Without a ready pod the activator answers 503, which no pod ever counts. `code`: what is
        answered by a pod, instead of what its behaviour says."""
        ready = pods.get((namespace, revision))
        took, counted = 0.0, [crowd.activator.setdefault(revision, {})]
        if ready:
            pod = crowd.dice.choice(ready)
            users = [c for c in pod["spec"]["containers"] if c["name"] != "queue-proxy"]
            does = self.control.behaviour(namespace, revision, users[0]["image"],
                                          pod["metadata"].get("annotations"))
            code = code or (500 if crowd.dice.random() < does.errors else 200)
            took = crowd.dice.lognormvariate(math.log(does.median), does.sigma)
            counted.append(self.counters[(namespace, pod["metadata"]["name"])])
        else:
            code = 503
        for counters in counted:
            counters.setdefault((code, host), Histogram()).observe(took)
        return code

    def at_tag(self, host):
        """What the Revision behind a traffic tag answers at its URL: (code, name), with no code for
        no answer. None: it is no tag's host."""
        ready = {(p["metadata"]["namespace"], p["metadata"]["labels"].get(LABEL)): p
                 for p in self.cache.all("pod") if is_ready(p)}
        for ingress in self.cache.all("ingress"):
            namespace = ingress["metadata"]["namespace"]
            if splits_in(ingress) is None:
                continue
            for tag_host, splits in rules_of(ingress):
                if tag_host != host or host.startswith(f"{ingress['metadata']['name']}."):
                    continue
                revision = next(iter(splits))
                if self.control.of(namespace).get("unreachable"):
                    return None, revision
                pod = ready.get((namespace, revision))
                if pod is None:
                    return 503, revision
                users = [c for c in pod["spec"]["containers"] if c["name"] != "queue-proxy"]
                return self.control.behaviour(namespace, revision, users[0]["image"]).gate, revision
        return None

    # What is served.

    def metrics_of(self, namespace):
        return Metrics(**self.control.of(namespace).get("metrics", {}))

    def targets(self):
        found = []
        for pod in self.cache.all("pod"):
            meta = pod["metadata"]
            metrics = self.metrics_of(meta["namespace"])
            if meta.get("labels", {}).get(LABEL) and is_ready(pod) and metrics.dialect != "none":
                found.append({"targets": [f"127.0.0.1:{USERS_PORT}"], "labels": {
                    "__metrics_path__": f"/pods/{meta['namespace']}/{meta['name']}",
                    **target_labels(metrics, meta, PORT)}})
        return found

    def metrics(self, namespace, name):
        pod = self.cache.get("pod", namespace, name)
        if pod is None:
            return None
        with self.lock:
            return pod_text(self.metrics_of(namespace), pod["metadata"],
                            self.counters.get((namespace, name), {}))

    def activator(self):
        """Of the Services that there are."""
        alive = {(i["metadata"]["namespace"], i["metadata"]["name"])
                 for i in self.cache.all("ingress")}
        lines = []
        with self.lock:
            for (namespace, service), crowd in self.crowds.items():
                metrics = self.metrics_of(namespace)
                if (namespace, service) not in alive or metrics.dialect == "none" \
                        or not metrics.activator:
                    continue
                for revision, counters in crowd.activator.items():
                    lines += activator_lines(metrics, namespace, {
                        SERVICE: service, CONFIGURATION: service, LABEL: revision}, counters)
        return "\n".join(sorted(lines)) + "\n"

    def report(self, namespace, name):
        with self.lock:
            crowd = self.crowds.get((namespace, name))
            return crowd and json.dumps({"requests": crowd.requests, "bad": crowd.bad,
                                         "splits": crowd.history})


def handler_for(users):
    class Handler(BaseHTTPRequestHandler):
        """Answers the paths of this file's heading."""
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # noqa: N802 (the name is given by http.server)
            found = users.at_tag(self.headers.get("Host", ""))
            if found:
                self.answer_gate(*found)
                return
            parts = self.path.strip("/").split("/")
            kind, body = "application/json", None
            if parts == ["targets"]:
                body = json.dumps(users.targets())
            elif parts[0] == "pods" and len(parts) == 3:
                kind, body = "text/plain; version=0.0.4", users.metrics(*parts[1:])
            elif parts == ["activator"]:
                kind, body = "text/plain; version=0.0.4", users.activator()
            elif parts[0] == "users" and len(parts) == 3:
                body = users.report(*parts[1:])
            data = (body or "").encode()
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def answer_gate(self, code, revision):
            if code is None:
                self.close_connection = True
                return
            data = revision.encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass  # Hundreds of scrapes a second are no news.

    return Handler


def main():
    users = Users(Run())
    threading.Thread(target=users.forever, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", USERS_PORT), handler_for(users)).serve_forever()


if __name__ == "__main__":
    main()
