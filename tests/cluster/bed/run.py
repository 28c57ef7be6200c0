"""One run of the test bed: its folder, its ports, its network namespace and its processes.

A run folder holds everything that one bed writes. Two beds with two run folders never meet: the
ports below are those of a network namespace of its own, kept alive by one sleeping process
(`holder`).
Processes are known by pid file, with the time they started beside the pid, so that a pid that was
given to someone else is never signalled.
"""
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
REPOSITORY = HERE.parent.parent

API_PORT = 16443
ETCD_PORT = 12379
ETCD_PEER_PORT = 12380
WEBHOOK_PORT = 18443
REGISTRY_PORT = 5000
PROMETHEUS_PORT = 9090
USERS_PORT = 9400
FRESHET_PORT = 9500
REGISTRY = f"127.0.0.1:{REGISTRY_PORT}"
PROMETHEUS = f"http://127.0.0.1:{PROMETHEUS_PORT}"
# Go's garbage collector takes memory for CPU, which is what stories wait for.
LESS_CPU = {"GOGC": "400"}


class BedError(Exception):
    """What went wrong, as a sentence for the person who ran the command."""


def wait_for(what, check, timeout=30.0, every=0.05):
    """Calls `check` until it returns something true, and returns that; at most `timeout` s."""
    end = time.monotonic() + timeout
    while True:
        last = check()
        if last:
            return last
        if time.monotonic() > end:
            raise BedError(f"after {timeout:g} s still waiting for {what}")
        time.sleep(every)


def started_at(pid):
    """When the process began, in the kernel's ticks, or None when there is no such process. What
    is killed is one as long as a thread of it lives: until then its sockets are open."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    return None if fields[0] == "Z" and len(threads) == 1 else fields[19]


class Run:
    """The folder of one bed and the processes whose pid files are in it."""

    def __init__(self, folder=None):
        default = REPOSITORY / "build" / "cluster"
        self.folder = Path(folder or os.environ.get("FRESHET_CLUSTER_RUN") or default).resolve()
        self.tools = self.folder / "tools"  # a link to the cache folder that ./build filled
        self.admin_kubeconfig = self.folder / "admin.kubeconfig"
        self.freshet_kubeconfig = self.folder / "freshet.kubeconfig"
        self.audit_log = self.folder / "audit.log"
        self.control = self.folder / "control"  # one file a namespace: see behaviour.py
        self.complete = self.folder / "up"

    def prepare(self):
        for name in ("log", "pid", "pki", "control"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def erase(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def tool(self, name):
        return str(self.tools / "bin" / name)

    # Processes.

    def pid(self, name):
        """The pid of a process that was started under this name and still runs, else None."""
        try:
            pid, start = (self.folder / "pid" / name).read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if started_at(pid) == start else None

    def names(self):
        folder = self.folder / "pid"
        return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []

    def start(self, name, argv, env=None, inside=True):
        """Starts a process in the namespace, in its own session; its output goes to log/NAME."""
        if self.pid(name):
            return
        command = (self.enter() if inside else []) + [str(word) for word in argv]
        with open(self.folder / "log" / name, "ab") as log:
            log.write(f"$ {shlex.join(command)}\n".encode())
            log.flush()
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={**os.environ, **LESS_CPU, **(env or {})}, start_new_session=True)
        (self.folder / "pid" / name).write_text(f"{process.pid} {started_at(process.pid)}\n")

    def signal(self, name, number):
        pid = self.pid(name)
        if pid:
            os.kill(pid, number)

    def kill(self, name, patience=0.0):
        """Ends a process: SIGTERM and `patience` seconds if that is above 0, then SIGKILL."""
        if patience:
            self.signal(name, signal.SIGTERM)
            end = time.monotonic() + patience
            while self.pid(name) and time.monotonic() < end:
                self.reap(name)
                time.sleep(0.02)
        self.signal(name, signal.SIGKILL)
        while self.pid(name):
            self.reap(name)
            time.sleep(0.01)
        (self.folder / "pid" / name).unlink(missing_ok=True)

    def reap(self, name):
        """Collects the exit status if the process is our own child, so that it does not linger."""
        pid = self.pid(name)
        try:
            if pid:
                os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass

    def require(self, name):
        """An error with the end of its log if the process has ended."""
        if not self.pid(name):
            log = self.folder / "log" / name
            raise BedError(f"{name} has ended; the end of {log}:\n{self.tail(name)}")

    def tail(self, name, lines=15):
        try:
            text = (self.folder / "log" / name).read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    # The network namespace.

    def hold_namespace(self):
        """Makes the namespace. Without root it lies in a user namespace in which we are root."""
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        ready = self.folder / "namespace-ready"
        ready.unlink(missing_ok=True)
        script = f"ip link set lo up && touch {shlex.quote(str(ready))} && exec sleep infinity"
        self.start("holder", ["unshare", *as_root, "--net", "sh", "-c", script], inside=False)

        def up():
            self.require("holder")
            return ready.exists()
        wait_for("the network namespace", up)

    def enter(self):
        """The words that run a command inside the namespace; none if we are in it already."""
        holder = self.pid("holder")
        if not holder:
            raise BedError(f"the test bed of {self.folder} is not up: run `tests/cluster/lab up`")
        own = f"/proc/{holder}/ns/net"
        if os.readlink(own) == os.readlink("/proc/self/ns/net"):
            return []
        as_root = [] if os.geteuid() == 0 else [f"--user=/proc/{holder}/ns/user",
                                                "--preserve-credentials"]
        return ["nsenter", *as_root, f"--net={own}"]

    def run(self, argv, **options):
        """Runs a command inside the namespace to its end and returns its output as text."""
        words = [str(word) for word in argv]
        done = subprocess.run(self.enter() + words, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        if done.returncode != 0:
            raise BedError(f"{shlex.join(words)} failed:\n"
                           f"{done.stdout.strip()[-2000:]}\n{done.stderr.strip()[-2000:]}")
        return done.stdout
