"""What people do meanwhile: edits by hand, promotion, abort."""
from bed.phases import go_on, rest_in
from bed.shop import STEPS

# So much evidence is asked for that no step is passed without a person.
PATIENT = {"analysis": {"errors": {"rollback": "1.25x + 0.02%", "promote": "1.5x + 0.05%"}}}


def environment(value):
    return {"name": "MODE", "value": value}


def edit_template(shop, value):
    """A person sets a variable; the image stays as the template has it."""
    container = shop.service()["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [environment(value)]
    shop.edit({"spec": {"template": {"spec": {"containers": [container]}}}})


def template_of(shop, revision):
    return shop.kube.get("revision", shop.namespace, revision)["spec"]["containers"][0]


def revision_with(shop, value):
    """The newest Revision with this variable, or None."""
    found = [item for item in shop.kube.list("revision", shop.namespace)
             if environment(value) in item["spec"]["containers"][0].get("env", [])]
    return max((item["metadata"]["name"] for item in found), default=None)


def test_a_template_edit_while_idle_is_judged_like_a_build(shop, controller):
    shop.open_and_track()
    shop.until_promoted(shop.push("second build"))  # from here on traffic is pinned by name
    pinned = shop.programmed()
    edit_template(shop, "fast")
    mine = shop.until("the Revision of the edit", lambda: revision_with(shop, "fast"))
    shop.until("the edit to have all traffic",
               lambda: shop.core_phase()[0] == "Idle" and shop.programmed() == {mine: 100},
               150, 0.3)
    shares = [split.get(mine, 0) for split in shop.splits()]
    begin = shop.splits().index(pinned)
    assert shares[begin:] == [0, *STEPS, 90, 100]


def test_a_template_edit_during_a_rollout_waits_for_its_turn(shop, controller):
    shop.open_and_track()
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    edit_template(shop, "later")
    shop.until("the build to have all traffic", lambda: shop.programmed() == {candidate: 100}, 120)
    assert shop.highest(revision_with(shop, "later")) == 0

    def done():
        mine = revision_with(shop, "later")
        return shop.core_phase()[0] == "Idle" and shop.programmed() == {mine: 100} and mine
    mine = shop.until("the edit to have all traffic", done, 150, 0.3)
    assert template_of(shop, mine)["image"].endswith(digest)


def test_percents_edited_during_a_rollout_are_kept_until_a_person_decides(shop, controller):
    shop.open_and_track()
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 80},
                                    {"revisionName": candidate, "percent": 20}]}})
    shop.until("the hold ForeignEdit", lambda: "ForeignEdit" in shop.reasons())
    shop.until("the person's split", lambda: shop.programmed() == {shop.stable.name: 80,
                                                                    candidate: 20})
    shop.command("resume", "--keep-mine")
    assert shop.until_promoted(digest) == candidate


def test_percents_edited_while_idle_are_adopted_and_what_is_left_is_rejected(shop, controller):
    shop.open_and_track()
    second = shop.until_promoted(shop.push("second build"))
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 50},
                                    {"revisionName": second, "percent": 50}]}})
    shop.until("the split to be seen", lambda: shop.phase() == "Adopting")
    shop.edit({"spec": {"traffic": [{"revisionName": shop.stable.name, "percent": 100}]}})
    shop.until("adoption of the first Revision",
               lambda: shop.tracked()["stable"]["name"] == shop.stable.name)
    shop.until("the hold Rejected", lambda: "Rejected" in shop.reasons())
    assert shop.core_phase()[0] == "Idle" and shop.programmed() == {shop.stable.name: 100}
    shop.command("retry")
    shop.until("the tag's digest to be a candidate again",
               lambda: shop.core_phase()[0] in ("Preparing", "Shifting"))


def test_promote_goes_one_step_and_promote_full_all_the_way(shop, controller):
    shop.open_and_track(**PATIENT)
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    shop.command("promote", "--reason", "checked by hand")
    shop.until_shifted(STEPS[1], 20)
    shop.command("promote", "--full", "--reason", "still fine")
    assert shop.until_promoted(digest) == candidate


def test_approval_before_traffic_waits_for_promote(shop, controller):
    shop.open_and_track(rollout={"approval": "BeforeTraffic"})
    digest = shop.push("second build")
    shop.until("it to wait", lambda: shop.core_phase()[0] == "Waiting")
    assert shop.splits() == [{shop.stable.name: 100}]
    shop.command("promote")
    shop.until_promoted(digest)


def test_abort_takes_a_rollout_back_and_rejects_it(shop, controller):
    shop.open_and_track(**PATIENT)
    digest = shop.push("second build")
    candidate = shop.until_shifted(STEPS[0])
    shop.annotate("abort", "looks wrong")
    shop.until_back(30)
    assert shop.highest(candidate) == STEPS[0]
    assert digest in {d for entry in shop.core()["rejected"] for d in entry["digests"].values()}
    shop.until("the answer", lambda: shop.tracked().get("commands"))
    assert "Accepted" in str(shop.tracked()["commands"])


def test_a_person_goes_back_to_the_older_revision(shop, controller):
    digest = rest_in(shop, "Shifting")
    go_on(shop, "Shifting")
    left = shop.until_promoted(digest)
    shop.command("rollback", "--to", shop.stable.name, "--reason", "prices are wrong")
    shop.until_back()
    assert shop.image_digest() == shop.stable.digest
    assert shop.core()["rejected"]
    shop.until("the hold Rejected", lambda: "Rejected" in shop.reasons())
    history = shop.command("history")
    assert f"RolledBack  {left}" in history and "prices are wrong" in history
    third = shop.push("third build")
    shop.until_promoted(third)
