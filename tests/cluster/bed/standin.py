"""Plays kubelet, Deployment controller, autoscaler and ingress: a process that patches statuses.

What a node would do is decided by behaviour.py, how it looks in the API by statuses.py; this file
looks at everything whenever something changed, and writes what differs.
"""
import secrets
import sys
import time
from http.client import HTTPException

from bed import pki, statuses
from bed.behaviour import Control
from bed.cache import Cache
from bed.kube import ApiError, Kube
from bed.run import Run

LABEL = "serving.knative.dev/revision"
MIN_SCALE = "autoscaling.knative.dev/min-scale"  # while reachable, as the real autoscaler has it
REPLICAS = 2
TICK = 0.1  # seconds between two looks when nothing changed, for what only time changes
READY_AFTER = 0.5  # seconds from a pod's birth


class StandIn:
    """One pass over everything is `look`."""

    def __init__(self, run):
        self.kube = Kube(pki.kubeconfig_of(run, "standin"))
        self.control = Control(run.control)
        self.cache = Cache(self.kube, ["deployment", "pod", "podautoscaler", "ingress"])
        self.unreachable = {}  # uid of a PodAutoscaler → when it was first seen unreachable

    def forever(self):
        self.cache.wait_until_listed()
        while True:
            self.cache.changed.wait(TICK)
            self.cache.changed.clear()
            try:
                self.look()
            except (OSError, HTTPException) as failure:
                tell(failure)  # The API server is restarting.

    def look(self):
        pods = {}
        for pod in self.cache.all("pod"):
            revision = pod["metadata"].get("labels", {}).get(LABEL)
            pods.setdefault((pod["metadata"]["namespace"], revision), []).append(pod)
        unreachable = [p["metadata"]["uid"] for p in self.cache.all("podautoscaler")
                       if p["spec"].get("reachability") == "Unreachable"]
        self.unreachable = {uid: self.unreachable.get(uid, time.time()) for uid in unreachable}
        for item in self.cache.all("ingress"):
            meta = item["metadata"]
            modes = self.control.of(meta["namespace"]).get("ingresses", {})
            body = statuses.ingress(item, modes.get(meta["name"], "ok"), time.time())
            self.write("ingress", item, body)
        for item in self.cache.all("deployment"):
            revision = item["metadata"].get("labels", {}).get(LABEL)
            if revision:
                own = pods.get((item["metadata"]["namespace"], revision), [])
                self.revision(item, revision, own)

    def revision(self, deployment, name, pods):
        """The autoscaler's wish, then the pods, then what the two of them show."""
        namespace = deployment["metadata"]["namespace"]
        autoscaler = self.cache.get("podautoscaler", namespace, name)
        wanted = self.scale(autoscaler, namespace)
        behaviour = self.behaviour(deployment, name)
        if deployment["spec"].get("replicas") != wanted:
            scaled = {"spec": {"replicas": wanted}}
            deployment = self.write("deployment", deployment, scaled, sub=None)
        pods = self.pods(deployment, pods)
        now = time.time()
        for number, pod in enumerate(pods):
            body = statuses.pod(pod, behaviour.mode, READY_AFTER, now)
            pods[number] = self.write("pod", pod, body)
        if any(statuses.pod(pod, behaviour.mode, READY_AFTER, now) for pod in pods):
            return  # Knative looks at pods when the Deployment changes: they come first, always.
        self.write("deployment", deployment,
                   statuses.deployment(deployment, pods, behaviour.mode, now))
        if autoscaler:
            ready = sum(1 for pod in pods if statuses.is_ready(pod))
            self.write("podautoscaler", autoscaler,
                       statuses.autoscaler(autoscaler, wanted, ready, now))

    def scale(self, autoscaler, namespace):
        meta = (autoscaler or {}).get("metadata", {})
        wanted = max(REPLICAS, int(meta.get("annotations", {}).get(MIN_SCALE, 0)))
        since = self.unreachable.get(meta.get("uid"))
        if since is None:
            return wanted
        patience = self.control.of(namespace).get("scaleDownAfter", 30)
        return 0 if time.time() - since > patience else wanted

    def behaviour(self, deployment, revision):
        template = deployment["spec"]["template"]
        users = [c for c in template["spec"]["containers"] if c["name"] != "queue-proxy"]
        return self.control.behaviour(deployment["metadata"]["namespace"], revision,
                                      users[0]["image"], template["metadata"].get("annotations"))

    def pods(self, deployment, pods):
        """Makes and deletes pods until there are as many as the Deployment asks for."""
        wanted = deployment["spec"]["replicas"]
        alive = [p for p in pods if "deletionTimestamp" not in p["metadata"]]
        for pod in alive[wanted:]:
            self.kube.delete("pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
            self.cache.forget("pod", pod)
        alive = alive[:wanted]
        while len(alive) < wanted and "deletionTimestamp" not in deployment["metadata"]:
            made = self.new_pod(deployment)
            if made is None:
                break
            alive.append(made)
        return alive

    def new_pod(self, deployment):
        meta, template = deployment["metadata"], deployment["spec"]["template"]
        body = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"], "metadata": {
            "name": f"{meta['name'][:50]}-{secrets.token_hex(3)}",
            "labels": template["metadata"].get("labels", {}),
            "annotations": template["metadata"].get("annotations", {}),
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "controller": True,
                                 "name": meta["name"], "uid": meta["uid"]}]}}
        try:
            pod = self.kube.create("pod", meta["namespace"], body)
        except ApiError as error:
            tell(error)  # A namespace that is being deleted takes no pods.
            return None
        self.cache.store("pod", pod)
        return pod

    def write(self, kind, item, body, sub="status"):
        """Patches, and returns the object as it is afterwards; a conflict or a missing object is
        left to the next look."""
        if body is None:
            return item
        meta = item["metadata"]
        try:
            item = self.kube.patch(kind, meta["namespace"], meta["name"], body, sub)
            self.cache.store(kind, item)
        except ApiError as error:
            if error.code not in (404, 409):
                tell(error)
        return item


def tell(error):
    print(error, file=sys.stderr, flush=True)


if __name__ == "__main__":
    StandIn(Run()).forever()
