"""What queue-proxies and the activator count, and how they say so in each of Knative's dialects.

    otel, label          since 1.19, pushed by OTLP: promoted resource attributes are labels
    otel, pod-label      since 1.19, scraped: the Revision is a label that the scrape takes of the pod
    otel, target-info    since 1.19, scraped as it comes: the Revision stands on target_info alone
    opencensus           until 1.18: other names, milliseconds, always with the Revision
    none                 nothing is exported, as ConfigMap config-observability has it by default
"""
from dataclasses import dataclass

OUTER = "http_server_request_duration_seconds"
OLD_OUTER = "revision_request_latencies"
SECONDS = (.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10)
MILLISECONDS = (5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800,
                900, 1000, 2000, 5000, 10000, 20000, 50000, 100000)
REVISION = "serving.knative.dev/revision"
SERVICE = "serving.knative.dev/service"
CONFIGURATION = "serving.knative.dev/configuration"


@dataclass(frozen=True)
class Metrics:
    """How one namespace's requests are counted: the control file's key `metrics`."""
    dialect: str = "otel"
    identity: str = "label"
    activator: bool = True  # is the activator scraped as well


class Histogram:
    """Counts of one series: per bucket of both dialects (not cumulative), the last above all."""

    def __init__(self):
        self.buckets = {bounds: [0] * (len(bounds) + 1) for bounds in (SECONDS, MILLISECONDS)}
        self.sum = 0.0

    def observe(self, seconds):
        for bounds, unit in ((SECONDS, 1), (MILLISECONDS, 1000)):
            place = next((i for i, bound in enumerate(bounds) if seconds * unit <= bound),
                         len(bounds))
            self.buckets[bounds][place] += 1
        self.sum += seconds

    def count(self):
        return sum(self.buckets[SECONDS])


def escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def series(name, labels, value):
    inner = ",".join(f'{key}="{escaped(str(text))}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value}"


def lines_of(name, labels, histogram, bounds, unit):
    total, lines = 0, []
    for bound, count in zip((*map(str, bounds), "+Inf"), histogram.buckets[bounds]):
        total += count
        lines.append(series(f"{name}_bucket", {**labels, "le": bound}, total))
    return [*lines, series(f"{name}_sum", labels, f"{histogram.sum * unit:.6f}"),
            series(f"{name}_count", labels, total)]


def any_of(namespace):
    """A query for whatever is counted in a namespace, in every dialect."""
    counts = f'__name__=~"{OUTER}_count|{OLD_OUTER}_count|target_info"'
    return " or ".join(f'{{{counts},{label}="{namespace}"}}'
                       for label in ("k8s_namespace_name", "namespace_name", "namespace"))


def code_labels(metrics, code, host):
    if metrics.dialect == "opencensus":
        return {"response_code": code, "response_code_class": f"{code // 100}xx"}
    return {"http_request_method": "GET", "http_response_status_code": code, "url_scheme": "http",
            "server_address": host}


def target_labels(metrics, meta, port):
    """Labels that the scrape of a pod adds."""
    labels = {"instance": f"{meta['name']}:{port}"}
    if metrics.identity != "target-info" or metrics.dialect == "opencensus":
        labels.update(namespace=meta["namespace"], pod=meta["name"])
    if metrics.identity == "pod-label":
        labels["serving_knative_dev_revision"] = meta["labels"][REVISION]
    return labels


def old_resource(namespace, of, container, pod):
    return {"namespace_name": namespace, "service_name": of[SERVICE],
            "configuration_name": of[CONFIGURATION], "revision_name": of[REVISION],
            "pod_name": pod, "container_name": container}


def pod_text(metrics, meta, counters):
    """`counters`: {(code, host): Histogram}. As in a real exporter a series begins with a
    request."""
    name, of = meta["name"], meta["labels"]
    resource = {"k8s_namespace_name": meta["namespace"], "k8s_pod_name": name,
                "k8s_container_name": "queue-proxy", "kn_service_name": of[SERVICE],
                "kn_configuration_name": of[CONFIGURATION], "kn_revision_name": of[REVISION]}
    if metrics.dialect == "opencensus":
        lines = [f"# TYPE {OLD_OUTER} histogram"]
        more = {**old_resource(meta["namespace"], of, "queue-proxy", name), "route_tag": "disabled"}
        form = (OLD_OUTER, MILLISECONDS, 1000)
    else:
        lines = [f"# TYPE {OUTER} histogram"]
        more = {"kn_route_tag": "kn:disabled"}
        form = (OUTER, SECONDS, 1)
        if metrics.identity == "label":
            more.update(resource)
        if metrics.identity == "target-info":
            lines += ["# TYPE target_info gauge", series("target_info", resource, 1), lines.pop(0)]
    for (code, host), histogram in sorted(counters.items()):
        labels = {**code_labels(metrics, code, host), **more}
        lines += lines_of(form[0], labels, histogram, *form[1:])
    return "\n".join(lines) + "\n"


def activator_lines(metrics, namespace, of, counters):
    """What the activator says of one Revision, as pod_text says it of a pod; lines by family."""
    if metrics.dialect == "opencensus":
        more, name = old_resource(namespace, of, "activator", "activator-0"), "activator_request"
    else:
        more = {"k8s_namespace_name": namespace, "kn_service_name": of[SERVICE],
                "kn_configuration_name": of[CONFIGURATION], "kn_revision_name": of[REVISION]}
        name = OUTER
    lines = []
    for (code, host), histogram in sorted(counters.items()):
        labels = {**code_labels(metrics, code, host), **more}
        lines.append(series(f"{name}_count", labels, histogram.count()))
    return lines
