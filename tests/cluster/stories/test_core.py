"""The annotation that holds the rollout's state is lost, damaged, put back or copied."""
import json

import pytest

from bed.phases import PHASES, QUICK, SHARE, go_on, rest_in
from bed.run import BedError
from bed.shop import CORE, FAST, SERVICE, merged


def replace(shop, make):
    """`kubectl replace` of a file, again while Knative writes its status at the same moment."""
    def replaced():
        item = make()
        item["metadata"].pop("resourceVersion", None)
        try:
            return shop.kubectl("replace", document=item)
        except BedError as error:
            if "Conflict" in str(error):
                return False
            raise
    shop.until("kubectl to replace it", replaced)


def replaced_without_it(shop):
    """The file was written from the live Service, but for our annotation."""
    def live():
        item = shop.service()
        del item["metadata"]["annotations"][CORE]
        return item
    replace(shop, live)


def damaged(shop):
    shop.edit({"metadata": {"annotations": {CORE: '{"v":1,"phase":"Shifting","stable":{"na'}}})


def until_settled_anew(shop, phase, sequence):
    """Until a readable core of a later sequence rests in the phase again."""
    def settled():
        core = shop.core()
        return core.get("phase") == phase and core["seq"] > sequence
    shop.until("it to be as it was", settled)


def until_a_second_turn(shop, share):
    """Stable has everything again before the build comes as far as it was."""
    def shares():
        return [100 - split.get(shop.stable.name, 0) for split in shop.splits()]
    shop.until("a second turn", lambda: shares().count(share) == 2)
    assert 0 in shares()[shares().index(share):]


@pytest.mark.parametrize("lose", [replaced_without_it, damaged])
@pytest.mark.parametrize("phase", PHASES)
def test_a_lost_state_never_advances_a_rollout_and_loses_no_rejection(
        shop, controller, phase, lose):
    digest = rest_in(shop, phase)
    before = shop.core()
    lose(shop)
    if phase == "Retreating":
        go_on(shop, phase)
        shop.until_back()
        shop.until("the hold Rejected", lambda: "Rejected" in shop.reasons())
        assert shop.core()["rejected"] == before["rejected"]
        return
    until_settled_anew(shop, phase, before["seq"])
    assert shop.core()["stable"] == before["stable"]
    if phase in SHARE:  # two served
        until_a_second_turn(shop, SHARE[phase])
    if digest:
        go_on(shop, phase)
        shop.until_promoted(digest)
    shop.until("the Service to be Ready", lambda: shop.condition("service", "Ready") == "True")


def written_by_a_newer_release(shop):
    """What it has beside the frozen part nobody knows here."""
    core = {key: shop.core()[key] for key in ("service", "seq", "stable", "candidate", "phase")
            if key in shop.core()}
    text = json.dumps({"v": 2, **core, "mood": {"of": "tomorrow"}})
    shop.edit({"metadata": {"annotations": {CORE: text}}})
    return text


def repair(shop):
    """A person says it again while Knative is at work: it copies the annotation, too."""
    def accepted():
        try:
            return shop.command("repair")
        except BedError as error:
            if "Knative is at work" in str(error):
                return False
            raise
    shop.until("repair to be accepted", accepted)


@pytest.mark.parametrize("phase", PHASES)
def test_after_a_downgrade_nothing_advances_and_repair_goes_on(shop, controller, phase):
    digest = rest_in(shop, phase)
    newer = written_by_a_newer_release(shop)
    if phase in SHARE:  # two serve: back to stable, and then the build has its turn again
        until_a_second_turn(shop, SHARE[phase])
    else:
        shop.until("the hold CoreNewer", lambda: "CoreNewer" in shop.reasons())
        assert shop.service()["metadata"]["annotations"][CORE] == newer
    if phase == "Retreating":
        go_on(shop, phase)
        repair(shop)
        shop.until_back()
        return
    if phase not in SHARE:
        repair(shop)
        shop.until("it to be as it was", lambda: shop.core_phase()[0] == phase)
    go_on(shop, phase)
    if digest:
        shop.until_promoted(digest)


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "Idle"])
def test_what_another_release_has_put_beside_the_state_is_kept(shop, controller, phase):
    rest_in(shop, phase)
    text = json.dumps({**shop.core(), "mood": {"of": "tomorrow"}})
    shop.edit({"metadata": {"annotations": {CORE: text}}})
    go_on(shop, phase)
    shop.until("it to be over", lambda: shop.core_phase()[0] == "Idle", 90)
    assert shop.core()["mood"] == {"of": "tomorrow"}


def test_an_older_state_that_is_put_back_is_not_believed(shop, controller):
    rest_in(shop, "Shifting")
    saved = shop.service()
    shop.annotate("abort", "looks wrong")
    shop.until_back()
    before = shop.core()
    replace(shop, lambda: saved)
    until_settled_anew(shop, "Idle", before["seq"])  # users may never have met the split
    shop.until_back()
    after = shop.core()
    assert after["rejected"] == before["rejected"] != []
    assert after["seq"] > before["seq"]
    shop.until("the hold Rejected", lambda: "Rejected" in shop.reasons())


def test_a_lost_state_leaves_the_mode_that_was_found_at_adoption(shop, controller):
    rest_in(shop, "Idle")
    before = shop.core()
    replaced_without_it(shop)
    until_settled_anew(shop, "Idle", before["seq"])
    shop.kube.delete("trackedservice", shop.namespace, SERVICE)
    shop.until("latestRevision to be followed again", lambda: shop.traffic() == {"@latest": 100})


def test_a_saved_first_file_put_back_begins_anew_from_the_known_stable(shop, controller):
    """It says latestRevision and has no state: a build that nobody judged would have it all."""
    saved = []
    digest = rest_in(shop, "Shifting", lambda item: saved.append(
        shop.kube.create("service", shop.namespace, item)))
    before = shop.core()
    replace(shop, lambda: saved[0])
    until_settled_anew(shop, "Shifting", before["seq"] + 1)
    assert shop.core()["stable"] == before["stable"]
    shop.until("half of the requests again", lambda: 50 in shop.programmed().values())
    go_on(shop, "Shifting")
    shop.until_promoted(digest)


def test_the_state_of_a_copied_service_is_nothing_to_the_copy(shop, controller):
    rest_in(shop, "Shifting")
    before = shop.core()
    copy = shop.manifest(metadata={"name": "copy", "annotations": {CORE: json.dumps(before)}})
    shop.kube.create("service", shop.namespace, copy)
    shop.kube.create("trackedservice", shop.namespace, {
        "apiVersion": "freshet.dev/v1alpha1", "kind": "TrackedService",
        "metadata": {"name": "copy"}, "spec": {**merged(FAST, QUICK), "service": "copy"}})

    def adopted():
        item = shop.kube.get("service", shop.namespace, "copy")
        core = json.loads(item["metadata"]["annotations"][CORE])
        return core["service"] == item["metadata"]["uid"] and core
    assert shop.until("the copy to be adopted", adopted)["stable"]["name"].startswith("copy-")
    assert shop.core() == before
