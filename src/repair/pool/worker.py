"""Runs candidate versions of Python functions against tests that are loaded once.

Started with a folder. `config.json` there says what to load; `ready.json` answers with the tests, their verdicts and
the lines each of them ran. Every `batch-N.json` that appears is answered by `results-N.jsonl`, a line a candidate and
a last line `end`. The file `stop` ends the worker.

Candidates run in forked children: what they print, change in memory, or leave running ends with the child. A child
that stops making progress is killed and its candidate counts as hung.
"""

import gc
import json
import os
import sys
import time

from pw_assertions import checks, soften
from pw_children import Hang, audit, become_subreaper, limit, root_folder, run_forked
from pw_code import Unit, digest
from pw_inputs import behaviour, record_calls, varied
from pw_tests import Outcome, load_pytest, load_unittest
from pw_trace import frames_of, message_of, traced

POLL_SECONDS = 0.004
# Candidates between two looks at whether the tests still behave as before.
CHUNK = 64


class Server:
    def __init__(self, folder, config):
        self.folder = folder
        self.config = config
        self.units = {}
        self.cases = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, value):
        with open(self.path(name + ".part"), "w") as file:
            json.dump(value, file)
        os.rename(self.path(name + ".part"), self.path(name))

    def stopped(self):
        return os.path.exists(self.path("stop"))

    def serve(self, cases):
        self.cases = cases
        self.learn()
        self.loop()

    def learn(self):
        """Runs every test once with its lines traced, and once more with assertions that go on."""
        told = [None] * len(self.cases)
        budget = time.monotonic() + self.config["learnSeconds"]
        limit = self.config["testSeconds"]
        stopped = lambda: self.stopped() or time.monotonic() > budget

        def note(index, value):
            told[index] = value

        run_forked(len(self.cases), self.traced, note, limit, self.config["memory"], stopped)
        files = {case.file for case in self.cases}
        self.undo = soften(files)
        soft = [None] * len(self.cases)

        def note_soft(index, value):
            soft[index] = value

        run_forked(len(self.cases), self.softly, note_soft, limit, self.config["memory"], stopped)
        agree = all(
            not isinstance(a, dict) or not isinstance(b, dict) or a["verdict"] == b["verdict"]
            for a, b in zip(told, soft)
        )
        if not agree:
            for function, code in self.undo:
                function.__code__ = code
        self.base = {}
        tests = []
        for index, case in enumerate(self.cases):
            value = told[index]
            if not isinstance(value, dict):
                tests.append({"id": case.id, "file": case.file, "verdict": value or "unknown"})
                continue
            self.base[index] = dict(soft[index]["checks"]) if agree and isinstance(soft[index], dict) else {}
            if agree and isinstance(soft[index], dict):
                # Assertions that go on take the longer way.
                value["seconds"] = max(value["seconds"], soft[index]["seconds"])
            tests.append(dict(value, id=case.id, file=case.file))
        self.write("ready.json", {"tests": tests})

    def traced(self, index):
        """Runs one test and says which lines of the repository it ran, and where it failed."""
        outcome, lines, seconds = traced(self.outcome_of, index)
        return {
            "verdict": verdict_of(outcome, outcome.passed),
            "seconds": seconds,
            "lines": lines,
            "frames": frames_of(outcome.error),
            "message": message_of(outcome.error),
        }

    def outcome_of(self, index):
        try:
            return self.cases[index].run()
        except Hang as error:
            return Outcome(False, error=error)

    def softly(self, index):
        checks.clear()
        began = time.process_time()
        outcome = self.outcome_of(index)
        passed = outcome.passed and all(checks.held.values())
        return {
            "verdict": verdict_of(outcome, passed),
            "seconds": time.process_time() - began,
            "checks": [["%d:%d" % key, held] for key, held in checks.held.items()],
        }

    def loop(self):
        number = 0
        parent = os.getppid()
        while not self.stopped() and os.getppid() == parent:
            name = self.path("batch-%d.json" % number)
            if not os.path.exists(name):
                time.sleep(POLL_SECONDS)
                continue
            with open(name) as file:
                batch = json.load(file)
            os.unlink(name)
            with open(self.path("results-%d.jsonl" % number), "w", buffering=1) as results:
                self.answer(batch, results)
                results.write("end\n")
            number += 1

    def answer(self, batch, results):
        ready = []
        clear = cache_clearers()
        for description in batch.get("units", []):
            unit = self.units[description["key"]] = Unit(description)
            try:
                found = unit.locate(description["text"])
            except Exception as error:
                found = False
                results.write(json.dumps({"unit": description["key"], "error": str(error)}) + "\n")
            if not found:
                unit.originals = []
        if batch.get("behave"):
            self.behave(batch, results)
            return
        for candidate in batch["candidates"]:
            unit = self.units[candidate["unit"]]
            verdict = self.prepare(unit, candidate, ready)
            if verdict:
                results.write(json.dumps([candidate["id"], verdict, 0, 0]) + "\n")
        if not ready:
            return
        failing = batch["failing"]
        passing = batch["passing"]

        def work(index):
            _, unit, code = ready[index]
            for each in clear:
                each()
            if not unit.put(code):
                return ["unswappable", 0, 0]
            try:
                limit(batch["failingSeconds"])
                return self.judge(failing, passing, batch["isLong"], batch["cpuSeconds"])
            finally:
                unit.restore()

        ending = [index for index in failing if index not in batch["endless"]]

        def run(indices, with_check):
            """Tries some candidates in one child; the last job is to see whether the program is still as it was."""
            told = {}
            jobs = list(indices)

            def job(number):
                return work(jobs[number]) if number < len(jobs) else self.is_unchanged(ending, passing)

            count = len(jobs) + (1 if with_check else 0)
            run_forked(
                count, job, told.__setitem__, batch["cpuSeconds"], self.config["memory"], self.stopped
            )
            return told

        for start in range(0, len(ready), CHUNK):
            indices = range(start, min(start + CHUNK, len(ready)))
            told = run(indices, True)
            spoiled = told.get(len(indices)) is not True
            for number, index in enumerate(indices):
                value = run([index], False).get(0) if spoiled else told.get(number)
                if value is None and self.stopped():
                    return
                answer = value if isinstance(value, list) else [str(value), 0, 0]
                results.write(json.dumps([ready[index][0]] + answer) + "\n")

    def behave(self, batch, results):
        """Tells what each candidate gives back for the calls that the tests make and for calls like them."""
        kept = []

        def inputs(unit):
            if not kept:
                codes = {function.__code__ for function, _, index in unit.originals if index == 0}
                calls = record_calls(codes, lambda: self.run_all(batch["failing"] + batch["passing"]))
                kept.append(varied(calls))
            return kept[0]

        def work(number):
            candidate = batch["candidates"][number]
            unit = self.units[candidate["unit"]]
            function = next((each for each, _, index in unit.originals if index == 0), None)
            if function is None:
                return []
            calls = inputs(unit)
            if not unit.put(unit.compile(candidate["text"])):
                return []
            try:
                return [self.behaviour_of(function, each, batch["callSeconds"]) for each in calls]
            finally:
                unit.restore()

        def told(number, value):
            identity = batch["candidates"][number]["id"]
            vector = value if isinstance(value, list) else []
            results.write(json.dumps([identity, "behaved", 0, 0, vector]) + "\n")

        count = len(batch["candidates"])
        run_forked(count, work, told, batch["cpuSeconds"], self.config["memory"], self.stopped)

    def run_all(self, indices):
        for index in indices:
            checks.clear()
            limit(self.config["testSeconds"])
            try:
                self.cases[index].run()
            except Hang:
                pass

    def behaviour_of(self, function, arguments, seconds):
        limit(seconds)
        try:
            return behaviour(function, arguments)
        except Hang:
            return "!hang"

    def is_unchanged(self, failing, passing):
        """Whether the tests behave as before the first candidate; a candidate may have changed the program itself."""
        for index in failing[:1] + passing[:2]:
            checks.clear()
            outcome = self.cases[index].run()
            held = {"%d:%d" % key: value for key, value in checks.held.items()}
            passed = outcome.passed and all(held.values())
            if passed != (index in passing) or held != self.base.get(index, {}):
                return False
        return True

    def prepare(self, unit, candidate, ready):
        if not unit.originals:
            return "unswappable"
        try:
            code = unit.compile(candidate["text"])
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return "invalid"
        if code is None:
            return "invalid"
        key = digest(code)
        if key in unit.seen and not candidate.get("again"):
            return "same"
        unit.seen.add(key)
        ready.append((candidate["id"], unit, code))
        return None

    def judge(self, failing, passing, is_long, passing_seconds):
        """Failing tests first; the passing ones only when all of those pass."""
        improved = broken = 0
        passed = True
        for index in failing:
            base = self.base.get(index, {})
            checks.clear(base if is_long else None)
            outcome = self.cases[index].run()
            held = {"%d:%d" % key: value for key, value in checks.held.items()}
            for key, value in held.items():
                before = base.get(key)
                if value and before is not True:
                    improved += 1
                if not value and before is True:
                    broken += 1
            broken += sum(1 for key, value in base.items() if value and key not in held)
            ok = outcome.passed and all(checks.held.values())
            if ok:
                improved += 1
            else:
                passed = False
                if improved == 0:
                    break
        if not passed:
            return ["failed", improved, broken]
        limit(passing_seconds)
        for index in passing:
            checks.clear()
            outcome = self.cases[index].run()
            if not outcome.passed or not all(checks.held.values()):
                return ["breaks", improved, broken + 1]
        return ["passed", improved, broken]


def verdict_of(outcome, passed):
    if isinstance(outcome.error, Hang):
        return "hang"
    return "skipped" if outcome.skipped else "passed" if passed else "failed"


def cache_clearers():
    """Forgets what `functools.lru_cache` kept from another candidate."""
    import functools

    kind = functools._lru_cache_wrapper
    return [each.cache_clear for each in gc.get_objects() if type(each) is kind and in_repository(each)]


def in_repository(wrapper):
    code = getattr(getattr(wrapper, "__wrapped__", None), "__code__", None)
    return code is not None and os.path.realpath(code.co_filename).startswith(root_folder[0] + os.sep)


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    root_folder[0] = os.path.realpath(config["root"])
    os.chdir(config["root"])
    sys.dont_write_bytecode = True
    # The modules beside this file are loaded; from here on the project's own folder comes first.
    sys.path[0] = os.getcwd()
    become_subreaper()
    sys.addaudithook(audit)
    server = Server(folder, config)
    try:
        if config["engine"] == "pytest":
            load_pytest(config, server.serve)
        else:
            load_unittest(config, server.serve)
    except BaseException as error:
        server.write("failed.json", {"error": "%s: %s" % (type(error).__name__, error)})
        raise


if __name__ == "__main__":
    main()
