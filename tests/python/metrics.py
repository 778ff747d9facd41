"""Reads metrics with the official parser of their format, and writes them to standard output as JSON: `name{label=value,…}` to number.

    metrics.py URL [ACCEPT]
"""

import json
import sys
import urllib.request

from prometheus_client import openmetrics
import prometheus_client.openmetrics.parser
import prometheus_client.parser

PARSERS = {
    "text/plain; version=0.0.4; charset=utf-8": prometheus_client.parser,
    "application/openmetrics-text; version=1.0.0; charset=utf-8": openmetrics.parser,
}

accept = {"Accept": sys.argv[2]} if len(sys.argv) > 2 else {}
with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=accept)) as response:
    text = response.read().decode()
    parser = PARSERS[response.headers["Content-Type"]]

samples = {}
for family in parser.text_string_to_metric_families(text):
    if not family.documentation:
        sys.exit(f"{family.name} says nothing about itself")
    for sample in family.samples:
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        name = f"{sample.name}{{{labels}}}" if labels else sample.name
        if name in samples:
            sys.exit(f"{name} stands twice")
        samples[name] = sample.value
json.dump(samples, sys.stdout)
