"""Every file of examples/, by the programs and definitions that it is written for."""
import json
import re
import shutil

import pytest
import yaml

from bed import plane
from bed.phases import track_quickly
from bed.run import REPOSITORY

EXAMPLES = REPOSITORY / "examples"
# Groups of other tools, and the definitions of their kinds (others.txt).
DEFINITIONS = {"monitoring.coreos.com": ["monitoring.coreos.com_podmonitors.yaml",
                                         "monitoring.coreos.com_prometheusrules.yaml"],
               "argoproj.io": ["application-crd.yaml"],
               "kustomize.toolkit.fluxcd.io": [
                   "kustomize.toolkit.fluxcd.io_kustomizations.yaml"]}
OURS = ("freshet.dev", "serving.knative.dev")
PATCHES = ["metrics/knative-prometheus.yaml", "metrics/knative-push.yaml"]


def documents_of(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def group_of(document):
    return document.get("apiVersion", "").partition("/")[0]


def files_of(*groups):
    """The files below examples/ and deploy/ that hold objects of these groups."""
    paths = [*EXAMPLES.rglob("*.yaml"), *(REPOSITORY / "deploy").rglob("*.yaml")]
    return sorted(path for path in paths if "install" not in path.parts
                  and any(group_of(document) in groups for document in documents_of(path)))


def names(paths):
    return [str(path.relative_to(REPOSITORY)) for path in paths]


def dry_run(run, documents, *words):
    plane.kubectl(run, "apply", "--dry-run=server", "--validate=strict", *words, "-f", "-",
                  document=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))


@pytest.mark.parametrize("path", names(files_of(*OURS)))
def test_an_object_of_ours_or_knatives_is_taken_by_the_cluster(shop, run, controller, path):
    documents = [d for d in documents_of(REPOSITORY / path) if group_of(d) in OURS]
    for document in documents:
        if document["metadata"].get("namespace"):
            document["metadata"]["namespace"] = shop.namespace
    dry_run(run, documents)


@pytest.mark.parametrize("group", DEFINITIONS)
def test_an_object_of_another_tool_is_as_its_definition_says(shop, run, group):
    files = [run.tools / "others" / definition for definition in DEFINITIONS[group]]
    plane.apply(run, *files)

    def established():
        kinds = [yaml.safe_load(file.read_text())["metadata"]["name"] for file in files]
        told = plane.kubectl(run, "get", "crd", *kinds, "-o", "json")
        return all(any(condition["type"] == "Established" and condition["status"] == "True"
                       for condition in item.get("status", {}).get("conditions") or [])
                   for item in json.loads(told).get("items", [json.loads(told)]))
    shop.until("the kinds to be known", established)
    paths = files_of(group)
    assert paths
    for path in paths:
        documents = [d for d in documents_of(path) if group_of(d) == group]
        for document in documents:
            document["metadata"]["namespace"] = shop.namespace
        dry_run(run, documents)


@pytest.mark.parametrize("path", PATCHES)
def test_knatives_own_webhook_takes_its_settings(run, path):
    plane.kubectl(run, "patch", "configmap", "config-observability", "-n", "knative-serving",
                  "--dry-run=server", "--patch-file", str(EXAMPLES / path))


def test_the_nightly_workflow_has_no_fault(run):
    path = EXAMPLES / "nightly" / "rebuild.yml"
    assert run.run([run.tool("actionlint"), str(path)]) == ""


@pytest.mark.parametrize("path", ["examples/nightly", "deploy/container"])
def test_recipes_of_packages_and_images_have_their_parts(path):
    recipe = yaml.safe_load((REPOSITORY / path / "melange.yaml").read_text())
    image = yaml.safe_load((REPOSITORY / path / "apko.yaml").read_text())
    package = recipe["package"]
    assert {"name", "version", "epoch", "description", "copyright"} <= package.keys()
    assert all(step.keys() <= {"uses", "with", "runs"} for step in recipe["pipeline"])
    for step in recipe["pipeline"]:
        if step.get("uses") == "fetch":
            assert re.fullmatch("[0-9a-f]{64}", step["with"]["expected-sha256"])
    assert package["name"] in image["contents"]["packages"]
    assert image["entrypoint"]["command"] == f"/usr/bin/{package['name']}"
    users = {user["uid"]: user["gid"] for user in image["accounts"]["users"]}
    assert image["accounts"]["run-as"] in users and 0 not in users


def test_the_recipe_of_the_package_has_every_library_that_the_build_asks_for():
    recipe = yaml.safe_load((REPOSITORY / "deploy/container/melange.yaml").read_text())
    has = set(recipe["environment"]["contents"]["packages"])
    asked = (REPOSITORY / "cmake/packages.cmake").read_text().split("if(FRESHET_TESTS)")[0]
    named = set(re.findall(r"IMPORTED_TARGET ([\w-]+)\)", asked))
    named |= set(re.findall(r"find_package\((\S+)", asked))
    # `date` is built by the recipe; what a compiler has is in build-base.
    named -= {"date", "Threads"}
    packages = {"PkgConfig": "pkgconf", "CURL": "curl-dev", "OpenSSL": "openssl-dev"}
    for name in named:
        stem = name.lower().replace("_", "-")
        ways = {packages.get(name), stem, f"{stem}-dev"}
        assert ways & has, name


def test_prometheus_takes_the_scrape_configuration(run, tmp_path):
    settings = yaml.safe_load((EXAMPLES / "metrics" / "scrape.yml").read_text())
    for job in settings["scrape_configs"]:
        # Debian's Prometheus is built without Kubernetes' discovery; all else is as it is.
        assert job.pop("kubernetes_sd_configs")[0]["role"] == "pod"
        job["static_configs"] = [{"targets": ["127.0.0.1:9"]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(settings))
    run.run([shutil.which("promtool"), "check", "config", str(tmp_path / "prometheus.yml")])


@pytest.mark.parametrize("words", [["--field-manager", "argocd-controller"],
                                   ["--server-side", "--field-manager", "kustomize-controller"]])
def test_what_gitops_applies_leaves_traffic_to_freshet(shop, controller, words):
    theirs = documents_of(EXAMPLES / "gitops" / "service.yaml")[0]
    ours = documents_of(EXAMPLES / "gitops" / "tracked.yaml")[0]["spec"]
    assert "traffic" not in theirs["spec"]
    shop.open(lambda _: shop.kubectl("apply", *words, document=shop.manifest()))
    track_quickly(shop, rollout=ours["rollout"])
    shop.until("adoption", lambda: shop.phase() == "Idle")
    before = shop.traffic()
    shop.kubectl("apply", *words, document=shop.manifest())
    assert shop.traffic() == before and "@latest" not in before
