"""The real control plane: etcd, Kubernetes' API server and garbage collector, Knative."""
import http.client
import json
import os
import subprocess

import yaml

from bed import pki
from bed.kube import ApiError, Kube
from bed.run import API_PORT, ETCD_PEER_PORT, ETCD_PORT, HERE, REPOSITORY, WEBHOOK_PORT, wait_for

SYSTEM = "knative-serving"
REQUESTS = "500"  # a second, of each controller: their own 20 and 50 are for many of them together
KNATIVE_USER = "system:serviceaccount:knative-serving:controller"


def start(run):
    """From nothing to a control plane that admits and reconciles Knative Services."""
    pki.make(run)
    start_etcd(run)
    start_api_server(run)
    kube = Kube(run.admin_kubeconfig)
    wait_until_serving(run, kube)
    apply_knative(run, kube)
    start_webhook(run)
    apply_project(run)
    start_controller_manager(run)
    start_knative_controller(run)
    wait_until_admitting(run, kube)
    wait_for("Knative's controller", lambda: healthy(run, "knative-controller", 8080, "/health"))


def start_etcd(run):
    client, peer = f"http://127.0.0.1:{ETCD_PORT}", f"http://127.0.0.1:{ETCD_PEER_PORT}"
    run.start("etcd", [
        run.tool("etcd"), "--data-dir", run.folder / "etcd", "--unsafe-no-fsync",
        "--log-level", "warn", "--listen-client-urls", client,
        "--advertise-client-urls", client, "--listen-peer-urls", peer,
        "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"])


def start_api_server(run):
    """ServiceAccount admission is off: nobody here makes the default accounts it asks for."""
    keys = run.folder / "pki"
    run.start("kube-apiserver", [
        run.tool("kube-apiserver"), f"--etcd-servers=http://127.0.0.1:{ETCD_PORT}",
        "--bind-address=127.0.0.1", f"--secure-port={API_PORT}", "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none", f"--tls-cert-file={keys}/server.crt",
        f"--tls-private-key-file={keys}/server.key", f"--token-auth-file={keys}/tokens.csv",
        "--authorization-mode=RBAC", "--anonymous-auth=true",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={keys}/sa.pub",
        f"--service-account-signing-key-file={keys}/sa.key",
        "--service-cluster-ip-range=10.96.0.0/16", "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true", "--enable-priority-and-fairness=false", "--profiling=false",
        f"--audit-policy-file={HERE}/bed/audit-policy.yaml", f"--audit-log-path={run.audit_log}",
        "--audit-log-maxsize=4096"])  # one file: stories read it while it grows


def wait_until_serving(run, kube):
    def serving():
        run.require("etcd")
        run.require("kube-apiserver")
        try:
            return kube.raw("GET", "/readyz")[0] == 200
        except OSError:
            return False
    wait_for("the API server", serving, 60)


def kubectl(run, *words, document=None):
    return run.run([run.tool("kubectl"), f"--kubeconfig={run.admin_kubeconfig}", *words],
                   input=document)


def apply(run, *paths, document=None):
    """Server-side, since these CRDs are too big for the annotation of a client-side apply."""
    files = [word for path in paths for word in ("-f", str(path))] or ["-f", "-"]
    kubectl(run, "apply", "--server-side", "--force-conflicts", *files, document=document)


def apply_knative(run, kube):
    manifests = run.tools / "manifests"
    apply(run, manifests / "namespace", manifests / "crds")
    kubectl(run, "wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    documents = [service_of_webhook()]
    for path in sorted((manifests / "configmaps").iterdir()):
        # The queue-proxy's image is never pulled; it only has to look like one.
        text = path.read_text().replace("ko://knative.dev/serving/cmd/queue",
                                        "registry.invalid/queue@sha256:" + "0" * 64)
        documents += yaml.safe_load_all(text)
    for path in sorted((manifests / "webhooks").iterdir()):
        for document in yaml.safe_load_all(path.read_text()):
            for webhook in document.get("webhooks", []):
                webhook["clientConfig"]["service"]["port"] = WEBHOOK_PORT
            documents.append(document)
    # Applied without the webhook up: what they would check are Knative's own, unchanged defaults.
    configuration = [d for d in documents if d and "webhooks" not in d]
    webhooks = [d for d in documents if d and "webhooks" in d]
    apply(run, document=yaml.safe_dump_all(configuration))
    kube.patch("configmap", SYSTEM, "config-domain", {"data": {"example.com": ""}})
    kube.patch("configmap", SYSTEM, "config-leader-election", {"data": {
        "lease-duration": "15s", "renew-deadline": "10s", "retry-period": "2s"}})
    apply(run, document=yaml.safe_dump_all(webhooks))


def service_of_webhook():
    """The API server dials localhost, and verifies Knative's certificate for the Service's name."""
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "webhook", "namespace": SYSTEM},
            "spec": {"type": "ExternalName", "externalName": "localhost"}}


def knative_environment(run, name, profiling_port, **more):
    return {"KUBECONFIG": str(pki.kubeconfig_of(run, KNATIVE_USER)), "SYSTEM_NAMESPACE": SYSTEM,
            "POD_NAME": name, "CONFIG_LOGGING_NAME": "config-logging",
            "CONFIG_OBSERVABILITY_NAME": "config-observability",
            "KUBE_API_QPS": REQUESTS, "KUBE_API_BURST": REQUESTS,
            "PROFILING_PORT": str(profiling_port), **more}


def start_webhook(run):
    run.start("knative-webhook", [run.tool("knative-webhook")], knative_environment(
        run, "webhook", 18008, WEBHOOK_NAME="webhook", WEBHOOK_PORT=str(WEBHOOK_PORT)))


def start_knative_controller(run):
    run.start("knative-controller", [run.tool("knative-controller")],
              knative_environment(run, "controller", 18009))


def apply_project(run):
    """Our own CRD, where the tree has one; before the garbage collector looks for kinds."""
    crd = REPOSITORY / "deploy" / "crd.yaml"
    if crd.exists():
        apply(run, crd)
        kubectl(run, "wait", "--for=condition=Established", "-f", str(crd), "--timeout=30s")


def start_controller_manager(run):
    """After all CRDs: the garbage collector looks for new kinds only every 30 s."""
    run.start("kube-controller-manager", [
        run.tool("kube-controller-manager"),
        f"--kubeconfig={pki.kubeconfig_of(run, 'garbage-collector')}",
        "--controllers=garbage-collector-controller,namespace-controller", "--leader-elect=false",
        f"--kube-api-qps={REQUESTS}", f"--kube-api-burst={REQUESTS}", "--secure-port=0"])


def healthy(run, process, port, path):
    run.require(process)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_until_admitting(run, kube):
    """Until the webhook defaults a Service and its validation refuses a bad one (both dry runs)."""
    probe = {"apiVersion": "serving.knative.dev/v1", "kind": "Service",
             "metadata": {"name": "probe", "namespace": "default"},
             "spec": {"template": {"spec": {"containers": [{"image": "registry.invalid/probe"}]}}}}
    too_much = [{"latestRevision": True, "percent": 101}]
    bad = {**probe, "spec": {**probe["spec"], "traffic": too_much}}
    path = "/apis/serving.knative.dev/v1/namespaces/default/services?dryRun=All"

    def admitting():
        run.require("knative-webhook")
        try:
            made = kube.call("POST", path, probe)
        except ApiError:
            return False
        code, body = kube.raw("POST", path, bad)
        return "traffic" in made["spec"] and code == 400 and b"validation failed" in body
    wait_for("Knative's webhook", admitting, 60, 0.1)


def freshet_account(run):
    """The kubeconfig the program runs with, and its user's name as the audit log shows it: with
    the ServiceAccount and RBAC rules of deploy/ if there are any, else a user who may do all."""
    deploy, documents = REPOSITORY / "deploy", []
    for name in yaml.safe_load((deploy / "kustomization.yaml").read_text())["resources"]:
        documents += [d for d in yaml.safe_load_all((deploy / name).read_text()) if d]
    kinds = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role",
             "RoleBinding")
    wanted = [d for d in documents if d.get("kind") in kinds]
    accounts = [d["metadata"] for d in wanted if d["kind"] == "ServiceAccount"]
    if not accounts:
        user = "freshet"
        run.freshet_kubeconfig.write_text(pki.kubeconfig_of(run, user).read_text())
        run.freshet_kubeconfig.chmod(0o600)
        return user
    for document in sorted(wanted, key=lambda d: kinds.index(d["kind"])):
        apply(run, document=json.dumps(document))
    namespace, name = accounts[0].get("namespace", "default"), accounts[0]["name"]
    token = kubectl(run, "create", "token", name, "-n", namespace, "--duration=8h").strip()
    pki.write_kubeconfig(run, run.freshet_kubeconfig, token)
    return f"system:serviceaccount:{namespace}:{name}"
