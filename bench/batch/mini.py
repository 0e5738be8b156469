"""Runs mini-swe-agent's own batch machinery with its deterministic model and its local environment.

Usage: mini.py JOB, where JOB is a JSON file {out, workers, latency (seconds), commands, instances: [{id, source, cwd}]}.
"""

import concurrent.futures
import json
import logging
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("MSWEA_SILENT_STARTUP", "1")
logging.disable(logging.INFO)

from minisweagent.models.test_models import make_output  # noqa: E402
from minisweagent.run.benchmarks import swebench  # noqa: E402
from minisweagent.run.benchmarks.utils.batch_progress import RunBatchProgressManager  # noqa: E402

job = json.loads(Path(sys.argv[1]).read_text())
out = Path(job["out"])
out.mkdir(parents=True)
progress = RunBatchProgressManager(len(job["instances"]), out / "exit_statuses.yaml")


def outputs():
    turns = []
    for command in [*job["commands"], "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git diff"]:
        turns.append(make_output("", [{"command": f"/sleep {job['latency']}"}], cost=0.0))
        turns.append(make_output("", [{"command": command}], cost=0.0))
    return turns


def run(instance):
    config = {
        "model": {"model_class": "deterministic", "model_name": "deterministic", "outputs": outputs(), "cost_per_call": 0.0},
        "environment": {"environment_class": "local", "cwd": instance["cwd"]},
        "agent": {"system_template": "You mend repositories.", "instance_template": "{{task}}"},
        "run": {"env_startup_command": f"cp -a {instance['source']}/. ."},
    }
    Path(instance["cwd"]).mkdir(parents=True)
    row = {"instance_id": instance["id"], "problem_statement": "The value is wrong."}
    swebench.process_instance(row, out, config, progress)


with concurrent.futures.ThreadPoolExecutor(max_workers=job["workers"]) as executor:
    list(executor.map(run, job["instances"]))
predictions = json.loads((out / "preds.json").read_text())
assert len(predictions) == len(job["instances"])
assert all("value = 2" in entry["model_patch"] for entry in predictions.values()), predictions
