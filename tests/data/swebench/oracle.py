"""Answers for the official package: its grading modules are loaded from a folder that holds it without its
dependencies, of which grading needs none.

Reads one JSON object a line on standard input and writes one a line.
  {"do": "parse", "parser", "log", "instanceId", "version"}   -> {"map": [[test, status], ...]} or {"error"}
  {"do": "report", "row", "patch", "file"}                     -> {"report"} or {"error"}
  {"do": "names"}                                              -> {"names": [...]}
  {"do": "time", "rows": [...], "files": [...]}                -> {"seconds", "cpu"}
"""

import contextlib
import io
import json
import sys
import time
import types
from pathlib import Path


def stub(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


site = Path(sys.argv[1])
sys.path.insert(0, str(site))
# Empty packages in the place of those whose __init__ imports everything.
for package in ("swebench", "swebench.harness"):
    stub(package, __path__=[str(site / package.replace(".", "/"))])
stub("unidiff", PatchSet=None)
stub("dotenv", load_dotenv=lambda: None)
stub("datasets", Dataset=None, load_dataset=None, load_from_disk=None)
stub("tqdm", tqdm=None)
stub("docker", DockerClient=None)
stub("swebench.image_builder", __path__=[])
stub("swebench.image_builder.docker_utils", list_images=None)

from swebench.harness import grading, reporting  # noqa: E402
from swebench.harness.log_parsers import PARSER_REGISTRY  # noqa: E402
from swebench.harness.utils import make_test_spec  # noqa: E402


class Spec:
    def __init__(self, instance_id, version):
        self.instance_id = instance_id
        self.version = version


def spec_of(row):
    return make_test_spec({"image": "", "version": "", "eval_script": "", **row})


def report_of(row, patch, file):
    prediction = {"instance_id": row["instance_id"], "model_patch": patch, "model_name_or_path": "m"}
    return grading.get_eval_report(spec_of(row), prediction, file, True)


def run_report(request):
    predictions = {p["instance_id"]: p for p in request["predictions"]}
    reporting.RUN_EVALUATION_LOG_DIR = Path(request["logs"])
    path = reporting.make_run_report(
        predictions, request["rows"], request["run"], report_dir=request["out"]
    )
    return {"path": str(path), "text": path.read_text()}


def answer(request):
    do = request["do"]
    if do == "names":
        return {"names": sorted(PARSER_REGISTRY)}
    if do == "parse":
        spec = Spec(request["instanceId"], request["version"])
        parsed = PARSER_REGISTRY[request["parser"]](request["log"], spec)
        return {"map": list(parsed.items())}
    if do == "report":
        return {"report": report_of(request["row"], request.get("patch", "x"), request["file"])}
    if do == "run_report":
        return run_report(request)
    if do == "time":
        specs = [spec_of(row) for row in request["rows"]]
        predictions = [{"instance_id": spec.instance_id, "model_patch": "x"} for spec in specs]
        start, cpu = time.perf_counter(), time.process_time()
        for spec, prediction, file in zip(specs, predictions, request["files"]):
            grading.get_eval_report(spec, prediction, file, True)
        return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    raise ValueError(do)


for line in sys.stdin:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            reply = answer(json.loads(line))
    except Exception as error:  # the package raises whatever its code runs into
        reply = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
