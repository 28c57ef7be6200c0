"""The program under test as its own process, and its writes as the audit log shows them."""
import fcntl
import os
import secrets
import signal

from bed import audit, clock, plane
from bed.plane import healthy
from bed.run import FRESHET_PORT, PROMETHEUS, REGISTRY, USERS_PORT, BedError, wait_for

NAME = "freshet"
NAMESPACE = "freshet-system"
PROGRAM = "FRESHET_BIN"
API_PORT = FRESHET_PORT + 90  # of the program's own HTTP API
ANALYSIS_INTERVAL = 2  # seconds


def program():
    path = os.environ.get(PROGRAM, "")
    if not os.access(path, os.X_OK):
        raise BedError(f"no program to test at '{path}': set {PROGRAM}")
    return path


def start(run, time_of_day=None):
    """Starts the controller if it does not run, until it is ready. Many may call at once. Its
    clock may be wrong by `time_of_day`, "+1h" or "-1h"."""
    with open(run.folder / "freshet.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start_process(run, NAME, FRESHET_PORT, api_words(run),
                      clock.shifted(time_of_day) if time_of_day else None)


def api_words(run):
    """Commands of the API are told from others by a key that stays the same for the whole run."""
    key = run.folder / "freshet.key"
    if not key.exists():
        key.write_text(secrets.token_hex(32))
        key.chmod(0o600)
    return ["--api-address", f"127.0.0.1:{API_PORT}", "--api-key", key]


def start_process(run, name, port, words, environment, kubeconfig=None):
    user = run.folder / "freshet.user"
    if not user.exists():
        plane.apply_project(run)
        user.write_text(plane.freshet_account(run))
    run.start(name, [program(), "controller",
                     "--kubeconfig", kubeconfig or run.freshet_kubeconfig,
                     "--prometheus", PROMETHEUS, "--plain-http", REGISTRY,
                     "--gate-ingress", f"127.0.0.1:{USERS_PORT}",
                     "--analysis-interval", f"{ANALYSIS_INTERVAL}s",
                     "--listen", f"127.0.0.1:{port}", *words], environment)
    wait_for("the program", lambda: healthy(run, name, port, "/readyz"))


def start_replica(run, number):
    """One of several that elect who acts; its name."""
    name = f"{NAME}-{number}"
    start_process(run, name, replica_port(name),
                  ["--leader-elect", "--leader-elect-namespace", NAMESPACE], {"HOSTNAME": name})
    return name


def replica_port(name):
    return FRESHET_PORT + int(name.rpartition("-")[2])


def kill_replica(run, name):
    """Ends it as a lost node would, and notes when."""
    run.signal(name, signal.SIGKILL)
    (run.folder / f"{name}.killed").touch()
    run.kill(name)


def kill_9(run):
    """Ends it as a lost node would: no signal handler runs."""
    run.signal(NAME, signal.SIGKILL)
    run.kill(NAME)


def command(run, *words):
    """Runs one of the program's commands, as a person would at a terminal; its output."""
    return run.run([program(), *words, "--kubeconfig", run.admin_kubeconfig])


def user(run):
    """The program's account, as the audit log shows it; None where it was never started."""
    path = run.folder / "freshet.user"
    return path.read_text() if path.exists() else None


def started(run):
    """When its present processes were started, and when another had to go on for one."""
    found = []
    for path in [run.folder / "pid" / NAME, *run.folder.glob(f"{NAME}-*.killed")]:
        try:
            found.append(path.stat().st_mtime)
        except FileNotFoundError:  # also between two looks, when a story kills it
            pass
    return found


def writes(run, namespace, name, resource="services"):
    """The program's own successful writes of an object's content, oldest first: when, and the body.

    Dry runs and refused writes (409 and the like) change nothing and are left out.
    """
    found = []
    for event in audit.of(run, namespace).events():
        target = event["objectRef"]
        ours = event["user"]["username"] == user(run) and audit.changed_something(event)
        if ours and (target["resource"], target.get("name")) == (resource, name):
            found.append({"at": audit.seconds(event["stageTimestamp"]), "verb": event["verb"],
                          "status": target.get("subresource") == "status",
                          "body": event.get("requestObject")})
    return found
