"""Pull secrets on a cluster with RBAC: read where a person grants it, and told where not."""
import base64
import json

from bed.phases import track_quickly
from bed.run import REGISTRY

NAME = "regcred"
PASSWORD = "never-to-be-shown"


def pull_secret(shop):
    config = {"auths": {REGISTRY: {"auth": base64.b64encode(f"me:{PASSWORD}".encode()).decode()}}}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
            "metadata": {"name": NAME, "namespace": shop.namespace},
            "stringData": {".dockerconfigjson": json.dumps(config)}}


def unreadable(shop):
    """What status says of the Secrets that it may not read, or None."""
    return next((c["message"] for c in shop.tracked().get("conditions", [])
                 if c["type"] == "PullSecretsReadable" and c["status"] == "False"
                 and c["reason"] == "NoPullSecretAccess"), None)


def test_a_pull_secret_is_read_once_the_command_in_status_was_run(shop, run, controller):
    shop.kubectl("apply", document=pull_secret(shop))
    shop.open(spec={"template": {"spec": {"imagePullSecrets": [{"name": NAME}]}}})
    track_quickly(shop)
    message = shop.until("status to tell it", lambda: unreadable(shop))
    command = message[message.index("echo '"):]
    run.run(["env", f"KUBECONFIG={run.admin_kubeconfig}", f"PATH={run.tools}/bin:/usr/bin:/bin",
             "sh", "-c", command])
    shop.until("the Secret to be read", lambda: unreadable(shop) is None)
    shop.until_promoted(shop.push("second build"))
    assert PASSWORD not in json.dumps(shop.tracked()) + run.tail("freshet", 100000)
