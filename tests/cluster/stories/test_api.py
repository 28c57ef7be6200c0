"""The HTTP API: tokens and rights are the real cluster's, and who commanded is known."""
import http.client
import json

import pytest

from bed import freshet, plane
from bed.phases import go_on, rest_in
from bed.run import REPOSITORY
from bed.shop import SERVICE

VERBS = ["promote", "abort", "pause", "resume", "retry", "adopt", "repair", "rollback"]
BODIES = {"adopt": {"to": "nobody"}, "rollback": {"to": "nobody"}}


@pytest.fixture
def granted(run, controller):
    """What deploy/api.yaml grants to the program, and the role that it has for people."""
    plane.apply(run, REPOSITORY / "deploy" / "api.yaml")


class Caller:
    """A ServiceAccount of the shop's namespace, with a role of deploy/ or none."""

    def __init__(self, shop, name, role=None, rules=None):
        self.shop = shop
        self.user = f"system:serviceaccount:{shop.namespace}:{name}"
        rbac = "rbac.authorization.k8s.io"
        of_ours = {"name": name, "namespace": shop.namespace}
        documents = [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": of_ours}]
        kind = "ClusterRole"
        if rules:
            kind, role = "Role", name
            documents.append({"apiVersion": f"{rbac}/v1", "kind": kind, "metadata": of_ours,
                              "rules": rules})
        if role:
            documents.append({
                "apiVersion": f"{rbac}/v1", "kind": "RoleBinding", "metadata": of_ours,
                "roleRef": {"apiGroup": rbac, "kind": kind, "name": role},
                "subjects": [{"kind": "ServiceAccount", **of_ours}]})
        for document in documents:
            shop.kubectl("apply", document=document)
        self.token = plane.kubectl(shop.run, "create", "token", name, "-n",
                                   shop.namespace).strip()

    def ask(self, method, path="", body=None):
        """(status, answer) of a request about the shop's Service; asked again where that was too
        often."""
        replies = []

        def is_answered():
            replies[:] = [self.ask_once(method, path, body)]
            return replies[0][0] != 429
        self.shop.until("an answer", is_answered)
        return replies[0]

    def ask_once(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", freshet.API_PORT, timeout=20)
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, f"/api/v1/services/{self.shop.namespace}/{SERVICE}{path}",
                               json.dumps(body) if body is not None else None, headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            connection.close()

    def order(self, verb, **body):
        return self.ask("POST", f"/commands/{verb}", {**BODIES.get(verb, {}), **body})

    def until_allowed(self):
        """A role that was bound a moment ago counts once the API server has seen it."""
        self.shop.until("the role to count", lambda: self.ask("GET")[0] == 200)


def annotations(shop):
    tracked = shop.kube.get("trackedservice", shop.namespace, SERVICE)
    return {name for name in tracked["metadata"].get("annotations", {})
            if name.startswith("freshet.dev/")}


def test_a_command_is_carried_out_in_the_name_that_the_cluster_knows(shop, granted):
    rest_in(shop, "Shifting")
    operator = Caller(shop, "operator", role="freshet-operator")
    operator.until_allowed()
    status, ordered = operator.order("pause", reason="month end")
    assert (status, ordered["answer"]) == (202, "Pending")

    def answered():
        return operator.ask("GET", f"/commands/{ordered['id']}")[1]["answer"] != "Pending"
    shop.until("the answer", answered)
    shop.until("status to show it", lambda: "Paused" in shop.reasons())
    hold = next(h for h in shop.tracked()["holds"] if h["reason"] == "Paused")
    assert hold["owner"] == f"user:{operator.user}"
    assert operator.order("abort", reason="looks wrong")[0] == 202
    shop.until_back()
    assert f"user:{operator.user}" in shop.tracked()["history"][0]["message"]


def test_nobody_gives_a_command_that_the_cluster_does_not_grant(shop, granted):
    digest = rest_in(shop, "Shifting")
    viewer = Caller(shop, "viewer", role="freshet-view")
    promoter = Caller(shop, "promoter", rules=[
        {"apiGroups": ["freshet.dev"], "resources": ["trackedservices"],
         "verbs": ["get", "promote"]}])
    nobody = Caller(shop, "nobody")
    anonymous = Caller(shop, "anonymous")
    anonymous.token = ""
    viewer.until_allowed()
    promoter.until_allowed()
    refused = [(viewer, verb, 403) for verb in VERBS]
    refused += [(nobody, verb, 403) for verb in VERBS]
    refused += [(anonymous, verb, 401) for verb in VERBS]
    refused += [(promoter, verb, 403) for verb in VERBS if verb != "promote"]
    for caller, verb, status in refused:
        assert caller.order(verb)[0] == status, (caller.user, verb)
    assert nobody.ask("GET")[0] == 403 and anonymous.ask("GET")[0] == 401
    assert annotations(shop) == set()
    assert shop.core_phase()[0] == "Shifting"
    assert promoter.order("promote", full=True, reason="well")[0] == 202
    go_on(shop, "Shifting")
    shop.until_promoted(digest)


def test_an_editor_cannot_take_another_name(shop, granted):
    rest_in(shop, "Shifting")
    shop.annotate("pause", "--by=operator month end")
    shop.until("the hold", lambda: "Paused" in shop.reasons())
    hold = next(h for h in shop.tracked()["holds"] if h["reason"] == "Paused")
    assert hold["owner"] == "person:operator"
    editor = Caller(shop, "editor", role="freshet-edit")
    editor.until_allowed()
    assert editor.order("resume")[0] == 202
    shop.until("the pause to end", lambda: "Paused" not in shop.reasons())


def test_listeners_hear_of_a_rollout_and_nobody_else_listens(shop, granted):
    shop.open_and_track()
    viewer = Caller(shop, "viewer", role="freshet-view")
    nobody = Caller(shop, "nobody")
    viewer.until_allowed()
    path = f"/api/v1/events?namespace={shop.namespace}"
    connection = http.client.HTTPConnection("127.0.0.1", freshet.API_PORT, timeout=60)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {nobody.token}"})
        refused = connection.getresponse()
        assert refused.status == 403 and refused.read()
        connection.request("GET", path, headers={"Authorization": f"Bearer {viewer.token}"})
        stream = connection.getresponse()
        assert stream.status == 200
        digest = shop.push("second build")
        heard = set()
        while "Promoted" not in heard:  # bounded by the connection's timeout
            line = stream.fp.readline().decode()
            assert line, "the stream has ended"
            if line.startswith("data: "):
                heard.add(json.loads(line.removeprefix("data: ")).get("reason"))
        assert {"CandidateFound", "CandidateReady"} <= heard
        shop.until_promoted(digest)
    finally:
        connection.close()
