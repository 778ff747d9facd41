"""Reads metrics with the official parser, and writes them to standard output as JSON: `name{label=value,…}` to number.

    metrics.py URL
"""

import json
import sys
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with urllib.request.urlopen(sys.argv[1]) as response:
    text = response.read().decode()

samples = {}
for family in text_string_to_metric_families(text):
    if not family.documentation:
        sys.exit(f"{family.name} says nothing about itself")
    for sample in family.samples:
        labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        name = f"{sample.name}{{{labels}}}" if labels else sample.name
        if name in samples:
            sys.exit(f"{name} stands twice")
        samples[name] = sample.value
json.dump(samples, sys.stdout)
