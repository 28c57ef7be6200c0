"""The real registry and the real Prometheus, as Debian packages them."""
import http.client
import json
import urllib.parse

import yaml

from bed.plane import healthy
from bed.run import (FRESHET_PORT, PROMETHEUS_PORT, REGISTRY, REGISTRY_PORT, USERS_PORT,
                     wait_for)

SCRAPE_INTERVAL = "1s"


def start_registry(run):
    config = run.folder / "registry.yml"
    config.write_text(yaml.safe_dump({
        "version": "0.1", "log": {"level": "warn", "accesslog": {"disabled": False}},
        "storage": {"filesystem": {"rootdirectory": str(run.folder / "registry")},
                    "delete": {"enabled": True}},
        "http": {"addr": REGISTRY}}))
    run.start("registry", ["docker-registry", "serve", config])
    wait_for("the registry", lambda: healthy(run, "registry", REGISTRY_PORT, "/v2/"))


def start_prometheus(run):
    """Its targets, one a pod, come from the simulator of users, which plays every queue-proxy and
    the activator."""
    config = run.folder / "prometheus.yml"
    users = f"http://127.0.0.1:{USERS_PORT}"
    config.write_text(yaml.safe_dump({
        "global": {"scrape_interval": SCRAPE_INTERVAL, "scrape_timeout": SCRAPE_INTERVAL},
        "scrape_configs": [{
            "job_name": "queue-proxy",
            "http_sd_configs": [{"url": f"{users}/targets", "refresh_interval": "1s"}]
        }, {
            "job_name": "activator", "metrics_path": "/activator",
            "static_configs": [{"targets": [f"127.0.0.1:{USERS_PORT}"], "labels": {
                "namespace": "knative-serving", "pod": "activator-0"}}]
        }, {
            "job_name": "freshet", "honor_labels": True,  # as deploy/monitoring has it
            "static_configs": [{"targets": [f"127.0.0.1:{FRESHET_PORT}"]}]}]}))
    run.start("prometheus", [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={run.folder}/prometheus",
        f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}", "--log.level=warn"])
    wait_for("Prometheus", lambda: healthy(run, "prometheus", PROMETHEUS_PORT, "/-/ready"))


def ask_prometheus(query):
    """The result of an instant query."""
    connection = http.client.HTTPConnection("127.0.0.1", PROMETHEUS_PORT, timeout=10)
    try:
        connection.request("GET", "/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        return json.loads(connection.getresponse().read())["data"]["result"]
    finally:
        connection.close()
