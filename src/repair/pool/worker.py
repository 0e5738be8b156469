"""Runs candidate versions of Python functions against tests that are loaded once.

Started with a folder. `config.json` there says what to load; `ready.json` answers with the tests, their verdicts and
the lines each of them ran. Every `batch-N.json` that appears is answered by `results-N.jsonl`, a line a candidate and
a last line `end`. The file `stop` ends the worker.

Candidates run in forked children: what they print, change in memory, or leave running ends with the child. A child
that stops making progress is killed and its candidate counts as hung.
"""

import ast
import ctypes
import gc
import hashlib
import importlib
import json
import os
import re
import resource
import select
import signal
import sys
import time
import types

POLL_SECONDS = 0.004
CHECKS = "__patchwright_checks__"
# Candidates between two looks at whether the tests still behave as before.
CHUNK = 64


class Hang(BaseException):
    """The candidate used up its processor time."""


# ---------------------------------------------------------------- children


def become_subreaper():
    """Orphans of killed children come back to this process, so that they can be killed too."""
    try:
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    except (OSError, AttributeError):
        pass


def kill_children():
    """Kills every child, and theirs as they come back."""
    for _ in range(100):
        try:
            with open("/proc/self/task/%d/children" % os.getpid()) as file:
                pids = [int(pid) for pid in file.read().split()]
        except OSError:
            pids = []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, 0)[0]:
                pass
        except ChildProcessError:
            pass
        if not pids:
            return


def cpu_seconds(pid):
    """Processor time of a process so far, None when it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def limit_child(memory):
    """What a candidate may use at most."""
    devnull = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(devnull, target)
    try:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    except (OSError, ValueError):
        pass
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def on_timer(_signal, _frame):
    raise Hang()


def run_forked(count, work, told, cpu_limit, memory, stopped):
    """Does `work(i)` for each i in a forked child and tells `told(i, value)`; the value is JSON, or `hang` or `died`.

    After a hang or a death the rest goes on in a fresh child.
    """
    start = 0
    while start < count and not stopped():
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            in_child(writer, range(start, count), work, cpu_limit, memory)
        os.close(writer)
        start = watch(child, reader, start, count, told, cpu_limit, stopped)
        os.close(reader)
        kill_children()


def in_child(writer, indices, work, cpu_limit, memory):
    try:
        os.setpgid(0, 0)
        limit_child(memory)
        signal.signal(signal.SIGPROF, on_timer)
        guard_process()
        for index in indices:
            os.write(writer, b"S %d\n" % index)
            try:
                try:
                    signal.setitimer(signal.ITIMER_PROF, cpu_limit, 0.02)
                    value = work(index)
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
            except Hang:
                signal.setitimer(signal.ITIMER_PROF, 0)
                value = "hang"
            except BaseException as error:  # a candidate may raise anything
                value = "error " + type(error).__name__
            line = b"R %d %s\n" % (index, json.dumps(value).encode())
            while line:
                line = line[os.write(writer, line) :]
    finally:
        os._exit(0)


FORBIDDEN = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system", "subprocess.Popen", "os.kill", "os.killpg")
allowed_events = set()
guarded = [False]


def guard_process():
    guarded[0] = True


def audit(event, arguments):
    """Candidates start no processes and remove nothing of the repository, unless its own tests do."""
    if not guarded[0] or event in allowed_events:
        return
    if event in FORBIDDEN:
        raise PermissionError(event + " is not allowed while candidates are tried")
    if event in ("os.remove", "os.rmdir", "os.rename", "shutil.rmtree", "os.truncate", "os.chmod"):
        if inside_root(arguments[0]):
            raise PermissionError(event + " is not allowed while candidates are tried")
    elif event == "open" and isinstance(arguments[1], str) and re.search("[wax+]", arguments[1]):
        if inside_root(arguments[0]):
            raise PermissionError("writing is not allowed while candidates are tried")


def inside_root(path):
    try:
        text = os.path.abspath(os.fsdecode(path))
    except (TypeError, ValueError):
        return False
    if "__pycache__" in text or ".pytest_cache" in text:
        return False
    return text == root_folder[0] or text.startswith(root_folder[0] + os.sep)


root_folder = [""]


def watch(child, reader, start, count, told, cpu_limit, stopped):
    """Reads what a child tells. Returns the index to go on from."""
    pending = b""
    current = start
    began = time.monotonic()
    cpu_began = cpu_seconds(child) or 0
    running = False
    while True:
        readable, _, _ = select.select([reader], [], [], 0.05)
        if readable:
            chunk = os.read(reader, 1 << 16)
            if not chunk:
                break
            pending += chunk
            *lines, pending = pending.split(b"\n")
            for line in lines:
                kind, index, *value = line.split(b" ", 2)
                current = int(index)
                running = kind == b"S"
                if not running:
                    told(current, json.loads(value[0]))
            began = time.monotonic()
            cpu_began = cpu_seconds(child) or 0
            if stopped():
                os.kill(child, signal.SIGKILL)
                return count
            continue
        used = (cpu_seconds(child) or 0) - cpu_began
        waited = time.monotonic() - began
        if stopped() or used > 2 * cpu_limit + 0.1 or waited > 20 * cpu_limit + 2:
            os.kill(child, signal.SIGKILL)
            if stopped():
                return count
            told(current, "hang")
            return current + 1
    if running:
        told(current, "died")
        return current + 1
    return count if current + 1 >= count else current + 1


# ---------------------------------------------------------------- tests


class Outcome:
    """What one run of a test told: `checks` maps an assertion and its occurrence to whether it held."""

    __slots__ = ("passed", "skipped", "checks", "error")

    def __init__(self, passed, skipped=False, error=None, checks=None):
        self.passed = passed
        self.skipped = skipped
        self.error = error
        self.checks = checks or {}


class PytestCase:
    def __init__(self, item):
        import pytest

        self.item = item
        self.id = item.nodeid
        self.file = os.path.relpath(str(item.path), root_folder[0])
        self.quick = self.is_quick(pytest)

    def is_quick(self, pytest):
        """True for a plain function: no fixtures, no marks, nothing asynchronous."""
        item = self.item
        if type(item) is not pytest.Function:
            return False
        parameters = set(item.callspec.params) if hasattr(item, "callspec") else set()
        if set(item.fixturenames) - parameters or getattr(item, "callspec", None) and self.is_indirect():
            return False
        if any(mark.name not in ("parametrize", "slow", "fast") for mark in item.iter_markers()):
            return False
        code = getattr(item.function, "__code__", None)
        return code is not None and not code.co_flags & 0x2A0

    def is_indirect(self):
        for mark in self.item.iter_markers("parametrize"):
            if mark.kwargs.get("indirect"):
                return True
        return False

    def run(self):
        if self.quick:
            item = self.item
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            function = item.function
            try:
                if item.cls is not None:
                    function = getattr(item.cls(), item.originalname)
                function(**parameters)
            except Hang:
                raise
            except BaseException as error:
                if type(error).__name__ in ("Skipped", "XFailed"):
                    return Outcome(True, skipped=True)
                return Outcome(False, error=error)
            return Outcome(True)
        from _pytest.runner import runtestprotocol

        seen = {}

        class Notes:
            @staticmethod
            def pytest_exception_interact(node, call, report):
                seen["error"] = call.excinfo.value

        manager = self.item.config.pluginmanager
        notes = Notes()
        manager.register(notes)
        try:
            reports = runtestprotocol(self.item, log=False, nextitem=None)
        finally:
            manager.unregister(notes)
        if isinstance(seen.get("error"), Hang):
            raise seen["error"]
        failed = any(report.failed for report in reports)
        skipped = any(report.skipped for report in reports)
        return Outcome(not failed, skipped=skipped and not failed, error=seen.get("error"))


class UnittestCase:
    def __init__(self, case):
        self.case = case
        name = type(case).__module__
        path = getattr(sys.modules.get(name), "__file__", None) or ""
        self.file = os.path.relpath(os.path.realpath(path), root_folder[0]) if path else ""
        self.id = self.file + "::" + case.id()[len(name) + 1 :].replace(".", "::")

    def run(self):
        import unittest

        result = unittest.TestResult()
        errors = []

        def keep(test, error):
            errors.append(error[1])

        result.addError = result.addFailure = keep
        result.addSubTest = lambda test, subtest, error: error and errors.append(error[1])
        unittest.TestSuite([self.case]).run(result)
        for error in errors:
            if isinstance(error, Hang):
                raise error
        if result.unexpectedSuccesses:
            return Outcome(False)
        return Outcome(not errors, skipped=bool(result.skipped), error=errors[0] if errors else None)


def load_unittest(config, serve):
    import unittest

    loader = unittest.TestLoader()
    names = []
    for file in config["files"]:
        names.append(re.sub(r"\.py$", "", file).replace("/", "."))
    suite = loader.loadTestsFromNames(names) if names else loader.discover(".")
    cases = []

    def flatten(part):
        for each in part:
            if isinstance(each, unittest.TestSuite):
                flatten(each)
            elif type(each).__name__ == "_FailedTest":
                raise RuntimeError("a test file could not be loaded: " + str(each))
            else:
                cases.append(UnittestCase(each))

    flatten(suite)
    serve(cases)


def load_pytest(config, serve):
    import pytest

    failure = []

    class Plugin:
        @staticmethod
        def pytest_runtestloop(session):
            if session.testsfailed and not session.items:
                failure.append("the tests could not be collected")
                return True
            serve([PytestCase(item) for item in session.items])
            return True

    arguments = ["-p", "no:cacheprovider", "-s", "-q", "--no-header", "-W", "ignore"]
    arguments += config.get("arguments", [])
    code = pytest.main(arguments + config["files"], plugins=[Plugin()])
    if failure or int(code) not in (0, 5):
        raise RuntimeError(failure[0] if failure else "pytest ended with code %d while collecting" % int(code))


# ---------------------------------------------------------------- assertions that go on


class Softener(ast.NodeTransformer):
    """Makes each assertion of a test note whether it held instead of ending the test."""

    def __init__(self):
        self.count = 0

    def visit_Assert(self, node):
        node.msg = None
        return self.noting(node)

    def visit_Expr(self, node):
        call = node.value
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
            if re.match(r"assert[A-Z_]\w*$", name):
                return self.noting(node)
        return node

    def noting(self, node):
        self.count += 1
        note = lambda held: ast.Expr(
            ast.Call(ast.Name(CHECKS, ast.Load()), [ast.Constant(self.count), ast.Constant(held)], [])
        )
        handler = ast.ExceptHandler(ast.Name(CHECKS + "error", ast.Load()), None, [note(False)])
        wrapped = ast.Try([node], [handler], [note(True)], [])
        return ast.fix_missing_locations(ast.copy_location(wrapped, node))


class Checks:
    """Collects what the assertions of one run told."""

    def __init__(self):
        self.held = {}
        self.times = {}

    def __call__(self, number, held):
        time_of = self.times.get(number, 0)
        self.times[number] = time_of + 1
        self.held[(number, time_of)] = held

    def clear(self):
        self.held = {}
        self.times = {}


checks = Checks()


def soften(files):
    """Swaps the test functions of the given files for versions whose assertions go on. Returns how to undo it."""
    undo = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py"):
            continue
        if os.path.relpath(os.path.abspath(path), root_folder[0]) not in files:
            continue
        try:
            with open(path, "rb") as file:
                tree = Softener().visit(ast.parse(file.read(), path))
            code = compile(tree, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OSError, RecursionError):
            continue
        module.__dict__[CHECKS] = checks
        module.__dict__[CHECKS + "error"] = Exception
        fresh = {}
        for each in nested_codes(code):
            fresh[(each.co_name, each.co_firstlineno)] = each
        for function in live_functions(lambda code: same_file(code.co_filename, path)):
            other = fresh.get((function.__code__.co_name, function.__code__.co_firstlineno))
            if other and len(other.co_freevars) == len(function.__code__.co_freevars):
                undo.append((function, function.__code__))
                function.__code__ = other
    return undo


# ---------------------------------------------------------------- code


def nested_codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested_codes(constant)


real_paths = {}


def same_file(one, other):
    if one not in real_paths:
        real_paths[one] = os.path.realpath(one)
    if other not in real_paths:
        real_paths[other] = os.path.realpath(other)
    return real_paths[one] == real_paths[other]


def live_functions(wanted):
    return [each for each in gc.get_objects() if type(each) is types.FunctionType and wanted(each.__code__)]


def digest(code):
    """The meaning of a code object: equal digests behave alike."""

    def parts(each):
        constants = tuple(
            parts(c) if isinstance(c, types.CodeType) else (type(c).__name__, repr(c)) for c in each.co_consts
        )
        return (
            each.co_code,
            constants,
            each.co_names,
            each.co_varnames,
            each.co_freevars,
            each.co_cellvars,
            each.co_flags,
            getattr(each, "co_exceptiontable", b""),
        )

    return hashlib.blake2b(repr(parts(code)).encode("utf-8", "surrogatepass"), digest_size=12).digest()


class Unit:
    """A function whose code can be swapped in the live program.

    `headers` are the lines of the classes around it, so that names and `super()` mean what they meant.
    """

    def __init__(self, description):
        self.path = os.path.join(root_folder[0], description["path"])
        self.line = description["line"]
        self.name = description["name"]
        self.headers = description["headers"]
        self.originals = None
        self.seen = set()

    def compile(self, text):
        before = [""] * self.line
        first = self.line - len(self.headers)
        for offset, header in enumerate(self.headers):
            before[first + offset] = header
        source = "\n".join(before[: self.line]) + "\n" + text if self.line else text
        module = compile(source, self.path, "exec", dont_inherit=True)
        return self.find(module)

    def find(self, module):
        for code in nested_codes(module):
            if code.co_name == self.name and code.co_firstlineno > self.line:
                return code
        return None

    def locate(self, text):
        """Finds the functions that are alive with the code of the unit as it stands."""
        code = self.compile(text)
        if code is None:
            raise RuntimeError("the function %s was not found in its own text" % self.name)
        self.seen.add(digest(code))
        codes = list(nested_codes(code))
        keys = {(each.co_name, each.co_firstlineno): index for index, each in enumerate(codes)}
        self.originals = []
        for function in live_functions(lambda each: same_file(each.co_filename, self.path)):
            index = keys.get((function.__code__.co_name, function.__code__.co_firstlineno))
            if index is not None:
                self.originals.append((function, function.__code__, index))
        return bool(self.originals)

    def put(self, code):
        """Puts a candidate's code into the live functions; False when it cannot be done."""
        codes = list(nested_codes(code))
        done = False
        for function, original, index in self.originals:
            if index == 0:
                new = code
            else:
                alike = [each for each in codes if each.co_name == original.co_name]
                new = alike[0] if len(alike) == 1 else None
            if new is None or len(new.co_freevars) != len(original.co_freevars):
                continue
            function.__code__ = new
            done = True
        return done

    def restore(self):
        for function, original, _ in self.originals:
            function.__code__ = original


# ---------------------------------------------------------------- serving


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
            tests.append(dict(value, id=case.id, file=case.file))
        self.write("ready.json", {"tests": tests})

    def traced(self, index):
        """Runs one test and says which lines of the repository it ran, and where it failed."""
        lines = {}
        known = {}

        def relative(filename):
            if filename not in known:
                path = os.path.realpath(filename)
                inside = path.startswith(root_folder[0] + os.sep) and "site-packages" not in path
                known[filename] = lines.setdefault(os.path.relpath(path, root_folder[0]), set()) if inside else None
            return known[filename]

        def on_event(frame, event, _argument):
            found = relative(frame.f_code.co_filename)
            if found is None:
                return None
            add = found.add

            def on_line(inner, what, _value):
                if what == "line":
                    add(inner.f_lineno)
                return on_line

            return on_line

        began = time.process_time()
        sys.settrace(on_event)
        try:
            outcome = self.cases[index].run()
        except Hang as error:
            outcome = Outcome(False, error=error)
        finally:
            sys.settrace(None)
        return {
            "verdict": "skipped" if outcome.skipped else "passed" if outcome.passed else "failed",
            "seconds": time.process_time() - began,
            "lines": {path: sorted(found) for path, found in lines.items() if found},
            "frames": frames_of(outcome.error),
            "message": message_of(outcome.error),
        }

    def softly(self, index):
        checks.clear()
        began = time.process_time()
        try:
            outcome = self.cases[index].run()
        except Hang as error:
            outcome = Outcome(False, error=error)
        passed = outcome.passed and all(checks.held.values())
        return {
            "verdict": "skipped" if outcome.skipped else "passed" if passed else "failed",
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
                return self.judge(failing, passing)
            finally:
                unit.restore()

        def run(indices, with_check):
            """Tries some candidates in one child; the last job is to see whether the program is still as it was."""
            told = {}
            jobs = list(indices)

            def job(number):
                return work(jobs[number]) if number < len(jobs) else self.is_unchanged(failing, passing)

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

    def judge(self, failing, passing):
        """Failing tests first; the passing ones only when all of those pass."""
        improved = broken = 0
        passed = True
        for index in failing:
            checks.clear()
            outcome = self.cases[index].run()
            base = self.base.get(index, {})
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
        for index in passing:
            checks.clear()
            outcome = self.cases[index].run()
            if not outcome.passed or not all(checks.held.values()):
                return ["breaks", improved, broken + 1]
        return ["passed", improved, broken]


def cache_clearers():
    """Forgets what `functools.lru_cache` kept from another candidate."""
    import functools

    kind = functools._lru_cache_wrapper
    return [each.cache_clear for each in gc.get_objects() if type(each) is kind and in_repository(each)]


def in_repository(wrapper):
    code = getattr(getattr(wrapper, "__wrapped__", None), "__code__", None)
    return code is not None and os.path.realpath(code.co_filename).startswith(root_folder[0] + os.sep)


def frames_of(error):
    """The frames of a failure inside the repository, outermost first."""
    found = []
    trace = getattr(error, "__traceback__", None)
    while trace is not None:
        path = os.path.realpath(trace.tb_frame.f_code.co_filename)
        if path.startswith(root_folder[0] + os.sep):
            found.append([os.path.relpath(path, root_folder[0]), trace.tb_lineno])
        trace = trace.tb_next
    return found[-30:]


def message_of(error):
    if error is None:
        return ""
    try:
        return (type(error).__name__ + ": " + str(error))[:2000]
    except Exception:
        return type(error).__name__


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    root_folder[0] = os.path.realpath(config["root"])
    os.chdir(config["root"])
    sys.dont_write_bytecode = True
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
