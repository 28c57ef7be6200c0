"""Services that are built otherwise than most: names of their own, two containers, min-scale."""
import pytest

from bed import images
from bed.phases import go_on, rest_in, track_quickly
from bed.run import REGISTRY
from bed.shop import SERVICE, TAG
from bed.standin import LABEL

FIRST = {"spec": {"template": {"metadata": {"name": f"{SERVICE}-first"}}}}
WARM = {"spec": {"template": {"metadata": {"annotations": {
    "autoscaling.knative.dev/min-scale": "3"}}}}}


def apply(shop):
    return lambda item: shop.kubectl("apply", document=item)


def test_revisions_named_by_people_get_new_names(shop, controller):
    digest = rest_in(shop, "Shifting", apply(shop), FIRST)
    assert shop.stable.name == f"{SERVICE}-first"
    go_on(shop, "Shifting")
    name = shop.until_promoted(digest)
    assert name.startswith(f"{SERVICE}-") and name != shop.stable.name
    assert shop.service()["spec"]["template"]["metadata"]["name"] == name


def test_revisions_named_by_people_are_taken_back(shop, controller):
    rest_in(shop, "Retreating", apply(shop), FIRST)
    go_on(shop, "Retreating")
    shop.until_back()
    shop.until("the template to be stable's again",
               lambda: shop.image_digest() == shop.stable.digest)
    shop.until("the Service to be Ready", lambda: shop.condition("service", "Ready") == "True")


@pytest.mark.parametrize("phase", ["Idle", "Shifting"])
def test_the_file_of_a_named_revision_applied_again_brings_no_old_build_back(
        shop, controller, phase):
    digest = rest_in(shop, "Shifting", apply(shop), FIRST)
    if phase == "Idle":
        go_on(shop, "Shifting")
        shop.until_promoted(digest)
    shop.kubectl("apply", document=shop.manifest(**FIRST))
    shop.until("the first name to stand there again", lambda: shop.service()["spec"]["template"]
               ["metadata"]["name"] == shop.stable.name)
    if phase == "Shifting":
        go_on(shop, "Shifting")
        shop.until_promoted(digest)
    checks, splits = shop.checks(), shop.splits()
    shop.until("two more checks", lambda: shop.checks() > checks + 1)
    assert shop.splits() == splits


def pods(shop, revision):
    return len(shop.kube.list("pod", shop.namespace, f"{LABEL}={revision}"))


def test_min_scale_is_kept_for_both_and_for_nothing_that_was_left(shop, controller):
    shop.behave(scaleDownAfter=1)
    digest = rest_in(shop, "Waiting", service=WARM)
    candidate = shop.revision_of(digest)
    shop.until("pods that wait with it", lambda: pods(shop, candidate) == 3)
    go_on(shop, "Waiting")
    shop.until_promoted(digest)
    shop.until("stable of before to go", lambda: pods(shop, shop.stable.name) == 0)
    assert pods(shop, candidate) == 3


def test_min_scale_of_what_was_taken_back_costs_nothing(shop, controller):
    shop.behave(scaleDownAfter=1)
    digest = rest_in(shop, "Retreating", service=WARM)
    go_on(shop, "Retreating")
    shop.until_back()
    shop.until("its pods to go", lambda: pods(shop, shop.revision_of(digest)) == 0)
    assert pods(shop, shop.stable.name) == 3


class Pair:
    """Two containers of one Service, each from a repository of its own."""

    def __init__(self, shop):
        self.shop = shop
        self.helper = f"{shop.namespace}/helper"

    def push(self, content):
        """Both tags move; the two digests."""
        return [self.shop.push(content), images.push(self.shop.run, self.helper, TAG, content)]

    def service(self):
        return {"spec": {"template": {"spec": {"containers": [
            {"name": "app", "image": self.shop.image, "ports": [{"containerPort": 8080}]},
            {"name": "helper", "image": f"{REGISTRY}/{self.helper}:{TAG}"}]}}}}

    def followed(self):
        return [{"container": "app", "image": self.shop.image},
                {"container": "helper", "image": f"{REGISTRY}/{self.helper}:{TAG}"}]

    def seen(self):
        """The newest digests of both tags that status knows."""
        return [tag["digests"][0]["digest"] for tag in self.shop.tracked().get("tags", [])
                if tag.get("digests")]


def test_two_tracked_containers_move_in_one_write(shop, controller):
    pair = Pair(shop)
    images.push(shop.run, pair.helper, TAG, "first build")
    shop.behave(rate=20)
    shop.open(**pair.service())
    track_quickly(shop, images=pair.followed())
    shop.until("adoption", lambda: shop.phase() == "Idle")
    shop.command("pause")
    digests = pair.push("second build")
    shop.until("both to be seen", lambda: pair.seen() == digests)
    shop.command("resume")
    name = shop.until_promoted(digests[0])
    item = shop.kube.get("revision", shop.namespace, name)
    assert [container["imageDigest"].rpartition("@")[2]
            for container in item["status"]["containerStatuses"]] == digests
    written = [step["path"] for write in shop.writes() for step in write["body"]
               if step["path"].endswith("/image")]
    assert written == [f"/spec/template/spec/containers/{n}/image" for n in (0, 1)]
