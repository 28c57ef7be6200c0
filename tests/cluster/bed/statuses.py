"""The statuses that kubelet, Deployment controller, autoscaler and ingress would write, as values.

Each function takes the object as it is and returns the status to merge, or None when what is there
already says it.
"""
from datetime import datetime, timezone

PORT = 9091  # queue-proxy's port for users' metrics
RESTART_EVERY = 3.0  # seconds between two exits of a crashing container


def stamp(now):
    return datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def condition(kind, status, reason="", message=""):
    return {"type": kind, "status": status, **({"reason": reason} if reason else {}),
            **({"message": message} if message else {})}


def covers(there, wanted):
    """Whether `there` says all of `wanted`; a zero or empty value that the API drops is said."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(covers(there.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return (isinstance(there, list) and len(there) == len(wanted)
                and all(covers(t, w) for t, w in zip(there, wanted)))
    return there == wanted or (there is None and wanted in (0, "", False))


def changed(item, wanted, now):
    """`wanted` with the times of its conditions carried over or set; None when nothing is new."""
    old = item.get("status", {})
    if covers(old, wanted):
        return None
    times = {c["type"]: (c["status"], c.get("lastTransitionTime"))
             for c in old.get("conditions", [])}
    for entry in wanted.get("conditions", []):
        status, since = times.get(entry["type"], (None, None))
        entry["lastTransitionTime"] = since if status == entry["status"] and since else stamp(now)
    return {"status": wanted}


def is_ready(pod):
    conditions = pod.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def pod_conditions(scheduled, ready, reason=""):
    ready_now = "True" if ready else "False"
    return [condition("PodScheduled", "True" if scheduled else "False",
                      "" if scheduled else "Unschedulable",
                      "" if scheduled else "0/1 nodes are available: 1 Insufficient cpu."),
            condition("Initialized", "True"),
            condition("ContainersReady", ready_now, reason), condition("Ready", ready_now, reason)]


def pod(item, mode, delay, now):
    """A pod in one of behaviour.py's modes; ready `delay` s after its birth at the earliest."""
    old = {c["name"]: c for c in item.get("status", {}).get("containerStatuses", [])}
    if mode == "unsched":
        unscheduled = pod_conditions(False, False)[:1]
        return changed(item, {"phase": "Pending", "conditions": unscheduled}, now)
    age = now - seconds(item["metadata"]["creationTimestamp"])
    ready = mode == "ok" and (age >= delay or is_ready(item))
    containers = []
    for container in item["spec"]["containers"]:
        before = old.get(container["name"], {})
        is_users = container["name"] != "queue-proxy"
        state = container_state(before, mode if is_users else "ok", ready, now)
        containers.append({"name": container["name"], "image": container["image"], "imageID": "",
                           "ready": ready, "started": ready, **state})
    running = any("running" in c["state"] for c in containers)
    return changed(item, {
        "phase": "Running" if running else "Pending", "podIP": "127.0.0.1",
        "startTime": item["metadata"]["creationTimestamp"], "containerStatuses": containers,
        "conditions": pod_conditions(True, ready, "" if ready else "ContainersNotReady")}, now)


def container_state(before, mode, ready, now):
    """The part of a container's status that tells what it does now and how it last ended."""
    restarts = before.get("restartCount", 0)
    last = before.get("lastState") or {}
    if mode.startswith("crash"):
        code = int(mode.partition(":")[2] or 1)
        ended = last.get("terminated", {}).get("finishedAt")
        waiting = before.get("state", {}).get("waiting") or {}
        if ended is None or waiting.get("reason") != "CrashLoopBackOff" \
                or now - seconds(ended) >= RESTART_EVERY:
            restarts += 1
            last = {"terminated": {
                "exitCode": code, "reason": "Error", "message": "stand-in crash\n",
                "startedAt": stamp(now), "finishedAt": stamp(now)}}
        return {"restartCount": restarts, "lastState": last, "state": {"running": None, "waiting": {
            "reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}}
    if mode == "pull":
        reason, message = "ImagePullBackOff", "Back-off pulling image"
    else:
        reason, message = "ContainerCreating", ""
    if ready or mode in ("never", "deadline"):  # those run, but their readiness probe never passes
        began = (before.get("state", {}).get("running") or {}).get("startedAt") or stamp(now)
        return {"restartCount": restarts, "lastState": last,
                "state": {"waiting": None, "running": {"startedAt": began}}}
    return {"restartCount": restarts, "lastState": last,
            "state": {"running": None, "waiting": {"reason": reason, "message": message}}}


def deployment(item, pods, mode, now):
    """Counts of the pods, and whether the rollout has progressed, still may, or gave up."""
    wanted, ready = item["spec"].get("replicas", 1), sum(1 for p in pods if is_ready(p))
    available = ready >= wanted
    old = {c["type"]: c for c in item.get("status", {}).get("conditions", [])}
    complete = old.get("Progressing", {}).get("reason") == "NewReplicaSetAvailable"
    age = now - seconds(item["metadata"]["creationTimestamp"])
    late = age > item["spec"].get("progressDeadlineSeconds", 600) or mode == "deadline"
    if available or complete:
        progressing = condition("Progressing", "True", "NewReplicaSetAvailable")
    elif late:
        name = item["metadata"]["name"]
        progressing = condition("Progressing", "False", "ProgressDeadlineExceeded",
                                f'ReplicaSet "{name}" has timed out progressing.')
    else:
        progressing = condition("Progressing", "True", "ReplicaSetUpdated")
    return changed(item, {
        "observedGeneration": item["metadata"]["generation"], "replicas": len(pods),
        "updatedReplicas": len(pods), "readyReplicas": ready, "availableReplicas": ready,
        "unavailableReplicas": max(0, wanted - ready),
        "conditions": [condition("Available", "True", "MinimumReplicasAvailable") if available
                       else condition("Available", "False", "MinimumReplicasUnavailable"),
                       progressing]}, now)


def autoscaler(item, wanted, ready, now):
    """The scale the autoscaler wants, and whether requests can be served."""
    old = {c["type"]: c["status"] for c in item.get("status", {}).get("conditions", [])}
    begun = "True" if ready or old.get("ScaleTargetInitialized") == "True" else "Unknown"
    if wanted == 0:
        why = "NoTraffic" if begun == "True" else "TimedOut"
        active = ("False", why, "The target is not receiving traffic.")
    elif ready:
        active = ("True", "", "")
    else:
        active = ("Unknown", "Queued", "Requests to the target are being buffered.")
    name = item["metadata"]["name"]
    return changed(item, {
        "observedGeneration": item["metadata"]["generation"], "serviceName": name,
        "metricsServiceName": f"{name}-private", "desiredScale": wanted, "actualScale": ready,
        "conditions": [condition("Active", *active), condition("Ready", *active),
                       condition("SKSReady", begun),
                       condition("ScaleTargetInitialized", begun)]}, now)


def ingress(item, mode, now):
    """Programmed at once; or, when `stuck`, never; or, when `fail`, refused."""
    if mode == "stuck":
        return None
    status = "False" if mode == "fail" else "True"
    reason = ("ReconcileIngressFailed", "The stand-in was told to fail.") if mode == "fail" else ()
    address = {"ingress": [{"domainInternal": "ingress.bed.svc.cluster.local"}]}
    return changed(item, {
        "observedGeneration": item["metadata"]["generation"], "publicLoadBalancer": address,
        "privateLoadBalancer": address,
        "conditions": [condition("LoadBalancerReady", "True"),
                       condition("NetworkConfigured", status, *reason),
                       condition("Ready", status, *reason)]}, now)
