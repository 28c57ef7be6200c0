"""People edit the Service while a rollout is in each of its phases."""
import pytest

from bed.phases import PHASES, RESTS, ROLLING, SHARE, go_on, rest_in
from bed.shop import SERVICE, merged


def set_mode(shop, value):
    """A person sets a variable of the container; the image stays as the template has it."""
    container = shop.service()["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "MODE", "value": value}]
    shop.edit({"spec": {"template": {"spec": {"containers": [container]}}}})


def mode_of(shop, revision):
    item = shop.kube.get("revision", shop.namespace, revision)
    return {entry["name"]: entry.get("value")
            for entry in item["spec"]["containers"][0].get("env", [])}.get("MODE")


def newest_with(shop, value):
    """The newest Revision with this variable, or None."""
    return max((item["metadata"]["name"] for item in shop.kube.list("revision", shop.namespace)
                if mode_of(shop, item["metadata"]["name"]) == value), default=None)


def until_serving_mode(shop, phase, value):
    def served():
        if phase == "Waiting" and shop.core_phase()[0] == "Waiting":
            shop.annotate("promote")
        name = newest_with(shop, value)
        return shop.core_phase()[0] == "Idle" and shop.programmed() == {name: 100} and name
    return shop.until("the edit to have all traffic", served, 60, 0.3)


@pytest.mark.parametrize("phase", PHASES)
def test_a_template_edit_takes_its_turn(shop, controller, phase):
    digest = rest_in(shop, phase)
    set_mode(shop, "new")
    shop.until("its Revision", lambda: newest_with(shop, "new"))
    if phase != "Idle":
        assert shop.core_phase()[0] == phase
        assert shop.highest(newest_with(shop, "new")) == 0
    go_on(shop, phase)
    if phase in ROLLING:
        shop.until("the build to have all traffic",
                   lambda: {shop.revision_of(digest): 100} in shop.splits())
    until_serving_mode(shop, phase, "new")
    template = shop.service()["spec"]["template"]["spec"]["containers"][0]
    assert template["env"] == [{"name": "MODE", "value": "new"}]


def split_by(shop, *others):
    """A person's split between stable and these; {revision: percent} as users will meet it."""
    shared = {shop.stable.name: 100 - 30 * len(others), **{name: 30 for name in others}}
    shop.edit({"spec": {"traffic": [{"revisionName": name, "percent": percent}
                                    for name, percent in shared.items()]}})
    return shared


@pytest.mark.parametrize("phase", ROLLING[1:])  # what is not Ready cannot be given anything
def test_percents_of_a_person_are_kept_until_keep_mine(shop, controller, phase):
    digest = rest_in(shop, phase)
    shared = split_by(shop, shop.revision_of(digest))
    shop.until("the person's split", lambda: shop.programmed() == shared)
    shop.until("the hold ForeignEdit", lambda: "ForeignEdit" in shop.reasons())
    assert shop.core_phase()[0] == phase
    shop.command("resume", "--keep-mine")
    back = {shop.stable.name: 100 - SHARE.get(phase, 0),
            **({shop.revision_of(digest): SHARE[phase]} if phase in SHARE else {})}
    shop.until("the rollout's own percents", lambda: shop.programmed() == back)
    go_on(shop, phase)
    shop.until_promoted(digest)


@pytest.mark.parametrize("phase", ROLLING[1:])
def test_percents_of_a_person_are_adopted_with_keep_theirs(shop, controller, phase):
    digest = rest_in(shop, phase)
    candidate = shop.revision_of(digest)
    shop.edit({"spec": {"traffic": [{"revisionName": candidate, "percent": 100}]}})
    shop.until("the hold ForeignEdit", lambda: "ForeignEdit" in shop.reasons())
    shop.command("resume", "--keep-theirs")
    assert shop.until_promoted(digest) == candidate
    shop.until("status to say so", lambda: shop.phase() == "Idle")
    assert shop.tracked()["stable"]["name"] == candidate


def test_percents_in_a_retreat_are_replaced_once_and_then_asked_about(shop, controller):
    digest = rest_in(shop, "Retreating")
    candidate = shop.revision_of(digest)
    split_by(shop, candidate)
    shop.until("it to be written again", lambda: shop.traffic() == {shop.stable.name: 100})
    shared = split_by(shop, candidate)
    shop.until("the hold ForeignEdit", lambda: "ForeignEdit" in shop.reasons())
    go_on(shop, "Retreating")
    shop.until("the person's split", lambda: shop.programmed() == shared)
    shop.command("resume", "--keep-mine")
    shop.until_back()


def test_annotations_that_a_person_sets_in_any_phase_change_nothing(shop, controller):
    digest = rest_in(shop, "Preparing", rollout=RESTS["Waiting"]["rollout"])

    def note_in(phase):
        shop.until(f"phase {phase}", lambda: shop.core_phase()[0] == phase)
        before = shop.core()
        shop.edit({"metadata": {"annotations": {"example.com/note": phase}}})
        shop.until("Knative to copy it", lambda: shop.kube.get(
            "route", shop.namespace, SERVICE)["metadata"]["annotations"].get("example.com/note")
            == phase)
        assert shop.core() == before
    rests = merged(RESTS["Shifting"], RESTS["Baking"])
    shop.kube.patch("trackedservice", shop.namespace, SERVICE, {"spec": rests})
    for phase in ROLLING:
        note_in(phase)
        go_on(shop, phase)
    shop.until_promoted(digest)
    note_in("Idle")
    assert len(shop.writes()) == 6  # adopt, prepare, wait, one step, bake, finish
