"""How the stand-ins behave: what the control files say, read again as they change.

One file a namespace, `control/NAMESPACE.json` in the run folder, so that stories beside each other
never write the same file. All keys may be missing:

    {"rate": 50,                      requests a second of users, for each Service
     "gates": 0,                      requests a second to each traffic tag's URL; all get a 500
     "metrics": {"dialect": "otel", "identity": "label", "activator": true},   see exposition.py
     "unreachable": false,            requests to tag URLs get no answer
     "scaleDownAfter": 30,            seconds from unreachable to no pods
     "default":   {"mode": "ok", "errors": 0.0, "median": 0.02, "sigma": 0.4, "gate": 200},
     "images":    {"sha256:…": {…}},  for Revisions of this digest: over the default
     "revisions": {"NAME": {…}},      over the image
     "ingresses": {"NAME": "ok"}}     ok, stuck (never programmed) or fail

`mode`: ok; never (pods run, but are never
ready); deadline (as never, and the Deployment has given up); crash:N (containers exit with N, again
and again); pull (image pull back-off); unsched (no node fits). The template annotation
`standin.freshet.dev/mode` says the same for one Revision, below `images`. `errors` is the share of
500 answers; latency is log-normal with this median in seconds and this sigma. `gate` is what it
answers to a request that comes to its traffic tag's URL.
"""
import json
import os
from dataclasses import dataclass, replace

ANNOTATION = "standin.freshet.dev/mode"


@dataclass(frozen=True)
class Behaviour:
    """What one Revision does."""
    mode: str = "ok"
    errors: float = 0.0
    median: float = 0.02
    sigma: float = 0.4
    gate: int = 200


def digest_in(image):
    return image.rpartition("@")[2] if "@" in image else ""


def write(run, namespace, control):
    """Replaces a namespace's control file whole, so that no reader ever sees half of it."""
    path = run.control / f"{namespace}.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(control, indent=1))
    os.replace(new, path)


class Control:
    """The control files as they are now: what was written before a build is known when it runs."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}  # namespace → (time of change, content)

    def of(self, namespace):
        changed, content = self.known.get(namespace, (None, {}))
        path = self.folder / f"{namespace}.json"
        try:
            seen = path.stat().st_mtime_ns
            if seen != changed:
                changed, content = seen, json.loads(path.read_text())
        except FileNotFoundError:
            changed, content = None, {}
        self.known[namespace] = (changed, content)
        return content

    def behaviour(self, namespace, revision, image="", annotations=None):
        control = self.of(namespace)
        found = replace(Behaviour(), **control.get("default", {}))
        if annotations and ANNOTATION in annotations:
            found = replace(found, mode=annotations[ANNOTATION])
        found = replace(found, **control.get("images", {}).get(digest_in(image), {}))
        return replace(found, **control.get("revisions", {}).get(revision, {}))
