"""Parts of the control plane are gone for a while, in the middle of a rollout; writes are refused."""
import json

import pytest

from bed import freshet, plane
from bed.phases import go_on, rest_in
from bed.run import BedError
from bed.shop import SERVICE


def start_api_server(run, kube):
    plane.start_api_server(run)
    plane.wait_until_serving(run, kube)


def start_webhook(run, kube):
    plane.start_webhook(run)
    plane.wait_until_admitting(run, kube)


def has_told(shop, percent):
    """Knative's own status of the Service shows this split as programmed."""
    item = shop.service()
    return (item["status"]["observedGeneration"] == item["metadata"]["generation"]
            and shop.condition("service", "Ready") == "True"
            and percent in [t.get("percent") for t in item["status"]["traffic"]])


def start_knative_controller(run, _):
    plane.start_knative_controller(run)


@pytest.mark.alone
def test_a_restarted_api_server_is_met_again_and_the_rollout_goes_on(shop, run, kube, controller):
    digest = rest_in(shop, "Shifting")
    before = shop.core()
    run.kill("kube-apiserver")
    start_api_server(run, kube)
    assert shop.core() == before
    go_on(shop, "Shifting")
    shop.until_promoted(digest)
    assert len(shop.writes()) == 5  # adopt, prepare, one step, bake, finish


@pytest.mark.alone
@pytest.mark.parametrize("part, start, core, told", [
    ("knative-controller", start_knative_controller, "Baking", "has not programmed"),
    ("knative-webhook", start_webhook, "Shifting", "webhook"),
])
def test_without_a_part_of_knative_it_is_told_and_goes_on_afterwards(
        shop, run, kube, controller, part, start, core, told):
    digest = rest_in(shop, "Shifting")
    candidate = shop.revision_of(digest)
    shop.until("Knative to have said so", lambda: has_told(shop, 50))
    run.kill(part)
    try:
        go_on(shop, "Shifting")
        shop.until("status to tell it", lambda: shop.core_phase()[0] == core
                   and told in shop.message())
        assert shop.highest(candidate) == 50
    finally:
        start(run, kube)
    assert shop.until_promoted(digest) == candidate


def policy(shop):
    """Denies the program every change of the template, in this shop alone."""
    name = shop.namespace
    group = "admissionregistration.k8s.io/v1"
    rules = [{"apiGroups": ["serving.knative.dev"], "apiVersions": ["*"], "operations": ["UPDATE"],
              "resources": ["services"]}]
    expression = (f"request.userInfo.username != '{freshet.user(shop.run)}' || "
                  "object.spec.template == oldObject.spec.template")
    only_here = {"matchLabels": {"kubernetes.io/metadata.name": name}}
    return {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
         "spec": {"matchConstraints": {"resourceRules": rules, "namespaceSelector": only_here},
                  "validations": [{"expression": expression, "message": "no templates today"}]}},
        {"apiVersion": group, "kind": "ValidatingAdmissionPolicyBinding",
         "metadata": {"name": name},
         "spec": {"policyName": name, "validationActions": ["Deny"]}}]}


def is_refused(shop):
    """As the program's account, by a dry run: the template with one more annotation."""
    patch = {"spec": {"template": {"metadata": {"annotations": {"example.com/try": "1"}}}}}
    try:
        plane.kubectl(shop.run, "patch", "services.serving.knative.dev", SERVICE, "-n",
                      shop.namespace, "--as", freshet.user(shop.run), "--dry-run=server",
                      "--type=merge", "-p", json.dumps(patch))
    except BedError as error:
        return "no templates today" in str(error)
    return False


def test_a_policy_that_refuses_the_template_revert_does_not_stop_the_retreat(shop, controller):
    digest = rest_in(shop, "Shifting")
    denied = policy(shop)
    shop.kubectl("apply", document=denied)
    try:
        shop.until("the policy to be in force", lambda: is_refused(shop))
        shop.annotate("abort", "looks wrong")
        shop.until("stable to have all traffic",
                   lambda: shop.programmed() == {shop.stable.name: 100})
        shop.until("the refusal in status",
                   lambda: "no templates today" in shop.message())
        assert shop.image_digest() == digest
    finally:
        shop.kubectl("delete", "--wait=false", document=denied)
    shop.until_back()
    assert shop.image_digest() == shop.stable.digest
