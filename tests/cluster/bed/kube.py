"""A small client of the Kubernetes API: JSON over one kept-alive connection a thread."""
import base64
import http.client
import json
import ssl
import threading
import urllib.parse

import yaml

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"

# Kind → (group/version path, plural).
KINDS = {
    "namespace": ("api/v1", "namespaces"),
    "pod": ("api/v1", "pods"),
    "event": ("api/v1", "events"),
    "lease": ("apis/coordination.k8s.io/v1", "leases"),
    "configmap": ("api/v1", "configmaps"),
    "deployment": ("apis/apps/v1", "deployments"),
    "service": ("apis/serving.knative.dev/v1", "services"),
    "revision": ("apis/serving.knative.dev/v1", "revisions"),
    "route": ("apis/serving.knative.dev/v1", "routes"),
    "configuration": ("apis/serving.knative.dev/v1", "configurations"),
    "podautoscaler": ("apis/autoscaling.internal.knative.dev/v1alpha1", "podautoscalers"),
    "ingress": ("apis/networking.internal.knative.dev/v1alpha1", "ingresses"),
    "trackedservice": ("apis/freshet.dev/v1alpha1", "trackedservices"),
    "taskrun": ("apis/tekton.dev/v1", "taskruns"),
    "rolloutpolicy": ("apis/freshet.dev/v1alpha1", "rolloutpolicies"),
}


class ApiError(Exception):
    """A reply other than 2xx: `code`, and `reason` and message as the server gave them."""

    def __init__(self, method, path, code, body):
        self.code = code
        try:
            status = json.loads(body)
            self.reason, message = status.get("reason", ""), status.get("message", "")
        except (ValueError, AttributeError):
            self.reason, message = "", body[:500].decode(errors="replace")
        super().__init__(f"{method} {path}: {code} {self.reason}: {message}")


def path_of(kind, namespace=None, name=None, sub=None):
    group, plural = KINDS[kind]
    parts = [group] + (["namespaces", namespace] if namespace else []) + [plural]
    return "/" + "/".join(parts + ([name] if name else []) + ([sub] if sub else []))


class Kube:
    """A client made from a kubeconfig that holds a CA and a bearer token."""

    def __init__(self, kubeconfig):
        with open(kubeconfig, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        cluster = config["clusters"][0]["cluster"]
        url = urllib.parse.urlsplit(cluster["server"])
        self.host, self.port = url.hostname, url.port
        self.token = config["users"][0]["user"]["token"]
        ca = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=ca)
        self.local = threading.local()

    def connect(self, timeout):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)

    def headers(self, content_type=None):
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return {**headers, "Content-Type": content_type} if content_type else headers

    def raw(self, method, path, body=None, content_type="application/json"):
        """(code, body bytes). A kept connection that the server has closed is opened again once."""
        data = json.dumps(body).encode() if body is not None else None
        headers = self.headers(content_type if body is not None else None)
        fresh = getattr(self.local, "connection", None) is None
        while True:
            connection = getattr(self.local, "connection", None) or self.connect(20)
            self.local.connection = connection
            try:
                connection.request(method, path, data, headers)
                reply = connection.getresponse()
                return reply.status, reply.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self.local.connection = None
                if fresh:
                    raise
                fresh = True

    def call(self, method, path, body=None, content_type="application/json"):
        code, data = self.raw(method, path, body, content_type)
        if not 200 <= code < 300:
            raise ApiError(method, path, code, data)
        return json.loads(data)

    def get(self, kind, namespace, name):
        """The object, or None when there is none."""
        try:
            return self.call("GET", path_of(kind, namespace, name))
        except ApiError as error:
            if error.code == 404:
                return None
            raise

    def list(self, kind, namespace=None, selector=None):
        query = "?" + urllib.parse.urlencode({"labelSelector": selector}) if selector else ""
        return self.call("GET", path_of(kind, namespace) + query)["items"]

    def create(self, kind, namespace, body):
        return self.call("POST", path_of(kind, namespace), body)

    def patch(self, kind, namespace, name, body, sub=None):
        """A merge patch, or a JSON Patch when `body` is a list."""
        content_type = JSON_PATCH if isinstance(body, list) else MERGE
        return self.call("PATCH", path_of(kind, namespace, name, sub), body, content_type)

    def delete(self, kind, namespace, name):
        """Deletes at once, in the background; what is already gone is fine."""
        try:
            self.call("DELETE", path_of(kind, namespace, name),
                      {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
        except ApiError as error:
            if error.code != 404:
                raise

    def watch(self, kind, version):
        """Yields (type, object) from `version` on until the stream ends; 410 comes as ERROR."""
        query = urllib.parse.urlencode({
            "watch": 1, "resourceVersion": version, "timeoutSeconds": 300,
            "allowWatchBookmarks": "true"})
        connection = self.connect(320)
        try:
            connection.request("GET", f"{path_of(kind)}?{query}", headers=self.headers())
            reply = connection.getresponse()
            if reply.status != 200:
                raise ApiError("WATCH", path_of(kind), reply.status, reply.read())
            for line in reply:
                event = json.loads(line)
                yield event["type"], event["object"]
        finally:
            connection.close()
