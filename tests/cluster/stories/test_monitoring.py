"""The dashboard and the alerts, by a real Prometheus that scrapes the real program."""
import json
import shutil

import yaml

from bed import services
from bed.phases import rest_in
from bed.run import REPOSITORY

MONITORING = REPOSITORY / "deploy" / "monitoring"
VARIABLES = {"$namespace": ".*", "$__rate_interval": "1m"}
# Alerts that speak of minutes, and what a Prometheus would have seen by then.
TRIED = {
    "rule_files": ["rules.yml"],
    "evaluation_interval": "1m",
    "tests": [
        {"interval": "1m", "input_series": [{"series": "freshet_leader", "values": "1x4 0x9"}],
         "alert_rule_test": [
             {"eval_time": "4m", "alertname": "FreshetNobodyActs", "exp_alerts": []},
             {"eval_time": "8m", "alertname": "FreshetNobodyActs", "exp_alerts": [
                 {"exp_labels": {"severity": "critical"}}]}]},
        {"interval": "1m", "input_series": [
            {"series": 'freshet_watch_failing{kind="Service",namespace="pay"}', "values": "0 1x10"},
            {"series": 'freshet_watch_failing{kind="Service",namespace="shop"}',
             "values": "0 1x2 0x8"}],
         "alert_rule_test": [
             {"eval_time": "5m", "alertname": "FreshetCannotRead", "exp_alerts": []},
             {"eval_time": "8m", "alertname": "FreshetCannotRead", "exp_alerts": [
                 {"exp_labels": {"severity": "critical", "kind": "Service",
                                 "namespace": "pay"}}]}]},
        {"interval": "1m", "input_series": [
            {"series": 'freshet_rollout_phase{namespace="shop",service="cart",phase="Retreating"}',
             "values": "1x10"},
            {"series": 'freshet_rollout_phase{namespace="shop",service="web",phase="Shifting"}',
             "values": "1x10"}],
         "alert_rule_test": [
             {"eval_time": "2m", "alertname": "FreshetRetreatDoesNotEnd", "exp_alerts": []},
             {"eval_time": "6m", "alertname": "FreshetRetreatDoesNotEnd", "exp_alerts": [
                 {"exp_labels": {"severity": "critical", "namespace": "shop",
                                 "service": "cart"}}]},
             {"eval_time": "10m", "alertname": "FreshetRolloutTakesLong", "exp_alerts": []}]},
        {"interval": "1m", "input_series": [
            {"series": 'freshet_rollouts_total{namespace="shop",outcome="RolledBack"}',
             "values": "0x5 1x10"}],
         "alert_rule_test": [
             {"eval_time": "4m", "alertname": "FreshetRolledBack", "exp_alerts": []},
             {"eval_time": "8m", "alertname": "FreshetRolledBack", "exp_alerts": [
                 {"exp_labels": {"severity": "info", "namespace": "shop"}}]}]},
        {"interval": "1m", "input_series": [
            {"series": 'freshet_registry_checks_total{registry="r",outcome="authentication"}',
             "values": "0+1x80"}],
         "alert_rule_test": [
             {"eval_time": "20m", "alertname": "FreshetRegistryUnreadable", "exp_alerts": []},
             {"eval_time": "70m", "alertname": "FreshetRegistryUnreadable", "exp_alerts": [
                 {"exp_labels": {"severity": "warning", "registry": "r"}}]}]},
        {"interval": "1m", "input_series": [
            {"series": 'freshet_registry_checks_total{registry="r",outcome="same"}',
             "values": "5x80"},
            {"series": 'freshet_registry_checks_total{registry="r",outcome="unreachable"}',
             "values": "0+1x80"}],
         "alert_rule_test": [
             {"eval_time": "20m", "alertname": "FreshetRegistryUnreadable", "exp_alerts": []},
             {"eval_time": "70m", "alertname": "FreshetRegistryUnreadable", "exp_alerts": [
                 {"exp_labels": {"severity": "warning", "registry": "r"}}]}]},
    ],
}


def queries_of_the_dashboard():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for name, value in VARIABLES.items():
                text = text.replace(name, value)
            yield panel["title"], text


def rules():
    return yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]


def test_every_query_is_answered_about_a_rollout(shop, run, controller):
    rest_in(shop, "Shifting")
    answered = {}

    def all_are():
        for title, query in queries_of_the_dashboard():
            answered[title] = services.ask_prometheus(query) or answered.get(title)
        return answered["Services"] and answered["Percent of candidates"]
    shop.until("Prometheus to have scraped the program", all_are, 60, 0.5)
    # What is empty on a dashboard of a rollout that goes on has not happened yet, and nothing else.
    assert {title for title, found in answered.items() if not found} <= {
        "Exposure lag", "Rollouts by outcome", "Behind by service", "Checks of tags",
        "Kubernetes API requests", "Time of a pass", "Registry budget left", "Image age by service",
        "Oldest image", "Running and waiting"}


def test_the_alerts_are_rules_and_fire_when_they_should(run, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rules()))
    promtool = shutil.which("promtool")
    run.run([promtool, "check", "rules", "--lint=all", "--lint-fatal", str(path)])
    for test in TRIED["tests"]:
        for case in test["alert_rule_test"]:
            about = next(rule for rule in rules()["groups"][0]["rules"]
                         if rule["alert"] == case["alertname"])
            for alert in case["exp_alerts"]:
                labels = alert["exp_labels"]
                alert["exp_annotations"] = {name: filled(text, labels)
                                            for name, text in about["annotations"].items()}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(TRIED))
    run.run([promtool, "test", "rules", str(tmp_path / "test.yml")])


def filled(text, labels):
    for name, value in labels.items():
        text = text.replace("{{ $labels.%s }}" % name, value)
    return text
