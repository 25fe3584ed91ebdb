"""Reads deploy/compose.yaml by a model of the Compose Specification, and each expression of the dashboard and of the
alerts by a parser of PromQL. A mistake ends it with what is wrong and where."""

import json
import sys
from pathlib import Path

import yaml
from compose_spec import PyCompose
from promql_parser import parse

root = Path(sys.argv[1])

# Merge keys are YAML's and not the specification's: they are carried out before.
compose = yaml.safe_load((root / "deploy/compose.yaml").read_text())
PyCompose.from_yaml(yaml.safe_dump(compose)).validate()

dashboard = json.loads((root / "deploy/grafana/refunds.json").read_text())
panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
groups = yaml.safe_load((root / "docs/operating/alerts.yml").read_text())["groups"]
alerts = [rule["expr"] for group in groups for rule in group["rules"]]
for expression in panels + alerts:
    try:
        parse(expression.replace("$__rate_interval", "1m"))
    except ValueError as error:
        sys.exit(f"{expression}: {error}")
