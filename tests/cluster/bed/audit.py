"""The API server's audit log: who wrote what, as far as audit-policy.yaml keeps it."""
import json
import threading
from datetime import datetime


def seconds(text):
    """Unix seconds of a time as Kubernetes writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def changed_something(event):
    """Reads, dry runs and refused writes (409 and the like) change nothing."""
    return (event["verb"] in ("create", "update", "patch", "delete")
            and event["responseStatus"]["code"] < 300 and "dryRun" not in event["requestURI"])


def requests_of(path, user, since):
    """Every request of a user since then: (group, resource/subresource, verb, decision of the
    authorizer)."""
    needle = f'"username":"{user}"'.encode()
    found = set()
    with open(path, "rb") as file:
        for line in file:
            if needle in line and line.endswith(b"\n"):
                event = json.loads(line)
                target = event.get("objectRef")
                if target is None or event["user"]["username"] != user:
                    continue  # /healthz, discovery: no resource
                if seconds(event["stageTimestamp"]) < since:
                    continue
                name = "/".join(filter(None, (target["resource"], target.get("subresource"))))
                found.add((target.get("apiGroup", ""), name, event["verb"],
                           event["annotations"]["authorization.k8s.io/decision"]))
    return found


class Log:
    """The entries about one namespace, read on as the file grows."""

    def __init__(self, path, namespace, start=0):
        self.path, self.place = path, start
        self.namespace = namespace
        self.needle = f'"namespace":"{namespace}"'.encode()
        self.lock = threading.Lock()
        self.found = []

    def events(self):
        """All so far, oldest first."""
        with self.lock, open(self.path, "rb") as file:
            file.seek(self.place)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # the rest of it is being written
                self.place += len(line)
                if self.needle in line:
                    event = json.loads(line)
                    if event.get("objectRef", {}).get("namespace") == self.namespace:
                        self.found.append(event)
            return list(self.found)


LOGS = {}  # (path, namespace) → Log
GUARD = threading.Lock()


def of(run, namespace, new=False):
    """The Log of a namespace; of one that is `new` nothing has been written yet."""
    with GUARD:
        key = (run.audit_log, namespace)
        if key not in LOGS:
            LOGS[key] = Log(*key, run.audit_log.stat().st_size if new else 0)
        return LOGS[key]
