"""Gates that are Tekton TaskRuns, on a real API server; the stories play Tekton's controller."""
import pytest

from bed import freshet, tekton
from bed.phases import track_quickly
from bed.shop import SERVICE

LOAD = {"name": "load", "timeout": "10m", "retries": 1,
        "taskRun": {"taskRef": {"name": "load-test"}, "params": {"users": "50"}}}


@pytest.fixture
def tasks(run, controller):
    tekton.install(run)
    return controller


def push_to_task(shop, content="second build", **gate):
    """Opens a shop with the gate and pushes a build; the build's digest and its TaskRun."""
    shop.behave(rate=20)
    shop.open()
    track_quickly(shop, gates=[{**LOAD, **gate}])
    shop.until("adoption", lambda: shop.core_phase()[0] == "Idle")
    digest = shop.push(content)
    return digest, until_attempt(shop, 1)


def until_attempt(shop, number):
    def made():
        found = tekton.runs(shop)
        return found[-1] if len(found) == number else None
    return shop.until(f"TaskRun {number}", made)


def test_a_build_whose_task_succeeds_is_promoted(shop, tasks):
    digest, task = push_to_task(shop)
    params = tekton.params(task)
    assert params.pop("tag-url").startswith("http")
    assert params == {"digest": digest, "revision": shop.revision_of(digest),
                      "service": SERVICE, "users": "50"}
    assert shop.highest(shop.revision_of(digest)) == 0
    tekton.end(shop, task, "Succeeded", p99="12ms")
    shop.until_promoted(digest)
    assert len(tekton.runs(shop)) == 1
    gate = shop.tracked()["history"][0]["gates"][0]
    assert gate["state"] == "Passed" and gate["message"].endswith("succeeded: p99=12ms")


def test_a_build_whose_task_fails_never_meets_a_user(shop, tasks):
    digest, task = push_to_task(shop, retries=0)
    tekton.end(shop, task, "Failed")
    shop.until("the rejection", lambda: shop.tracked().get("rejected"))
    shop.until_back()
    assert shop.highest(shop.revision_of(digest)) == 0
    entry = shop.until("the history", lambda: shop.tracked().get("history"))[0]
    assert entry["outcome"] == "RolledBack"
    assert "gate load failed" in entry["message"] and "(Failed): played" in entry["message"]


def test_a_task_that_infrastructure_ends_is_run_again(shop, tasks):
    digest, task = push_to_task(shop)
    tekton.end(shop, task, "PodEvicted")
    again = until_attempt(shop, 2)
    assert not shop.tracked().get("rejected")
    assert shop.highest(shop.revision_of(digest)) == 0
    tekton.end(shop, again, "Succeeded")
    shop.until_promoted(digest)


def test_a_task_that_cannot_be_told_holds_until_a_person_decides(shop, tasks):
    digest, task = push_to_task(shop, retries=0)
    tekton.end(shop, task, "TaskRunImagePullFailed")
    shop.until("the hold", lambda: "GateInconclusive" in shop.reasons())
    assert shop.highest(shop.revision_of(digest)) == 0
    assert "gates not passed: load" in shop.command("promote", "--reason", "tested by hand")
    shop.until_promoted(digest)


def test_a_task_is_cancelled_with_its_build(shop, tasks):
    _, task = push_to_task(shop)
    shop.annotate("abort", "wrong build")
    shop.until_back()
    shop.until("the cancellation", lambda: tekton.runs(shop)[0]["spec"].get("status"))
    assert tekton.runs(shop)[0]["spec"] == {**task["spec"], "status": "TaskRunCancelled"}


@pytest.mark.alone
def test_a_task_is_run_once_over_a_restart(shop, run, tasks):
    digest, task = push_to_task(shop)
    freshet.kill_9(run)
    freshet.start(run)
    shop.until("its next look", lambda: shop.phase() == "Gating")
    tekton.end(shop, task, "Succeeded")
    shop.until_promoted(digest)
    assert [item["metadata"]["uid"] for item in tekton.runs(shop)] == [task["metadata"]["uid"]]
