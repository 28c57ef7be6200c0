"""Two replicas elect which one acts: it is killed, told to stop, or sleeps, in mid-rollout."""
import signal
import time
import urllib.request

import pytest
import yaml

from bed import audit, freshet
from bed.phases import go_on, rest_in
from bed.run import REPOSITORY
from bed.shop import SERVICE

LEASE = "freshet"


def seen_by(name, path):
    """What a replica answers to probes and scrapes."""
    url = f"http://127.0.0.1:{freshet.replica_port(name)}{path}"
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


class Replicas:
    """Both of them, and the Lease as it stands."""

    def __init__(self, run, kube):
        self.run, self.kube, self.began = run, kube, time.time()
        self.names = [freshet.start_replica(run, number) for number in (1, 2)]

    def lease(self):
        return self.kube.get("lease", freshet.NAMESPACE, LEASE)["spec"]

    def leader(self):
        """Its name; None while nobody holds the Lease."""
        return self.lease()["holderIdentity"].partition("_")[0] or None

    def other(self, name):
        return next(n for n in self.names if n != name)

    def until_leads(self, shop, name):
        """When it took the Lease, by its own clock, which is ours."""
        shop.until(f"{name} to lead", lambda: self.leader() == name, 40, 0.05)
        return audit.seconds(self.lease()["acquireTime"])


@pytest.fixture
def replicas(run, kube):
    run.kill(freshet.NAME, patience=5.0)
    if kube.get("lease", freshet.NAMESPACE, LEASE):
        kube.delete("lease", freshet.NAMESPACE, LEASE)
    made = Replicas(run, kube)
    yield made
    for name in made.names:
        run.signal(name, signal.SIGCONT)
        run.kill(name, patience=5.0)


def first_write_after(shop, at):
    """When the program next wrote the Service or what status says of it."""
    def found():
        told = freshet.writes(shop.run, shop.namespace, SERVICE, "trackedservices")
        return min((write["at"] for write in shop.writes() + told if write["at"] >= at), default=0)
    return shop.until("the next write", found)


def granted():
    """{(group, resource, verb)} of the election's Role."""
    documents = yaml.safe_load_all((REPOSITORY / "deploy" / "rbac.yaml").read_text())
    role = next(d for d in documents if d["kind"] == "Role")
    return {(group, resource, verb) for rule in role["rules"] for group in rule["apiGroups"]
            for resource in rule["resources"] for verb in rule["verbs"]}


@pytest.mark.alone
def test_killed_in_mid_rollout_the_other_acts_within_20_s(shop, run, kube, replicas):
    digest = rest_in(shop, "Shifting")
    leader = replicas.leader()
    standby = replicas.other(leader)
    assert (seen_by(leader, "/readyz"), seen_by(standby, "/readyz")) == ("leading\n", "standby\n")
    assert "freshet_leader 1" in seen_by(leader, "/metrics")
    assert "freshet_leader 0" in seen_by(standby, "/metrics")
    assert "freshet_registry_requests_total{" not in seen_by(standby, "/metrics")
    freshet.kill_replica(run, leader)
    killed = (run.folder / f"{leader}.killed").stat().st_mtime
    go_on(shop, "Shifting")
    took_over = replicas.until_leads(shop, standby)
    acted = first_write_after(shop, took_over)
    print(f"\nFAILOVER from kill -9: lease after {took_over - killed:.1f} s, "
          f"first write after {acted - killed:.1f} s")
    assert acted - killed <= 20
    shop.until_promoted(digest)
    asked = audit.requests_of(run.audit_log, freshet.user(run), replicas.began)
    assert {entry for entry in asked if entry[3] != "allow"} == set()
    assert {entry[:3] for entry in asked if entry[1] == "leases"} == granted()


@pytest.mark.alone
def test_told_to_stop_in_mid_rollout_the_other_acts_within_2_s(shop, run, replicas):
    digest = rest_in(shop, "Shifting")
    leader = replicas.leader()
    standby = replicas.other(leader)
    told = time.time()
    run.signal(leader, signal.SIGTERM)
    took_over = replicas.until_leads(shop, standby)
    go_on(shop, "Shifting")  # not before: the one that stops might still hear of it
    acted = first_write_after(shop, took_over)
    print(f"\nFAILOVER from SIGTERM: lease after {took_over - told:.2f} s, "
          f"first write after {acted - told:.2f} s")
    assert acted - told <= 2
    assert shop.until_promoted(digest)


@pytest.mark.alone
def test_one_that_slept_past_its_lease_ends_and_the_other_goes_on(shop, run, replicas):
    digest = rest_in(shop, "Shifting")
    leader = replicas.leader()
    run.signal(leader, signal.SIGSTOP)
    replicas.until_leads(shop, replicas.other(leader))
    go_on(shop, "Shifting")
    shop.until_promoted(digest)
    before = len(shop.writes())
    run.signal(leader, signal.SIGCONT)

    def ended():
        run.reap(leader)
        return run.pid(leader) is None
    shop.until("it to end", ended, 15)
    assert "this replica led, and may not write any more" in run.tail(leader)
    assert len(shop.writes()) == before
