"""The program under test as its own process, and its writes as the audit log shows them."""
import fcntl
import json
import os
import signal
from datetime import datetime

from bed import plane
from bed.plane import healthy
from bed.run import FRESHET_PORT, PROMETHEUS, REGISTRY, BedError, wait_for

NAME = "freshet"
PROGRAM = "FRESHET_BIN"


def program():
    path = os.environ.get(PROGRAM, "")
    if not os.access(path, os.X_OK):
        raise BedError(f"no program to test at '{path}': set {PROGRAM}")
    return path


def start(run):
    """Starts the controller if it does not run, until it is ready. Many may call at once."""
    with open(run.folder / "freshet.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        user = run.folder / "freshet.user"
        if not user.exists():
            plane.apply_project(run)
            user.write_text(plane.freshet_account(run))
        run.start(NAME, [program(), "controller", "--kubeconfig", run.freshet_kubeconfig,
                         "--prometheus", PROMETHEUS, "--plain-http", REGISTRY,
                         "--analysis-interval", "2s",
                         "--listen", f"127.0.0.1:{FRESHET_PORT}"])
        wait_for("the program", lambda: healthy(run, NAME, FRESHET_PORT, "/readyz"))


def kill_9(run):
    """Ends it as a lost node would: no signal handler runs."""
    run.signal(NAME, signal.SIGKILL)
    run.kill(NAME)


def command(run, *words):
    """Runs one of the program's commands, as a person would at a terminal; its output."""
    return run.run([program(), *words, "--kubeconfig", run.admin_kubeconfig])


def writes(run, namespace, name, resource="services"):
    """The program's own successful writes of an object's content, oldest first: when, and the body.

    Dry runs and refused writes (409 and the like) change nothing and are left out.
    """
    user = (run.folder / "freshet.user").read_text()
    found = []
    with open(run.audit_log, encoding="utf-8") as log:
        for line in log:
            if namespace not in line or not line.endswith("\n"):
                continue
            event = json.loads(line)
            target = event.get("objectRef", {})
            if (target.get("resource"), target.get("namespace"), target.get("name")) != \
                    (resource, namespace, name) or event["user"]["username"] != user:
                continue
            if event["responseStatus"]["code"] < 300 and "dryRun" not in event["requestURI"]:
                at = datetime.fromisoformat(event["stageTimestamp"].replace("Z", "+00:00"))
                found.append({"at": at.timestamp(), "verb": event["verb"],
                              "status": target.get("subresource") == "status",
                              "body": event.get("requestObject")})
    return found
