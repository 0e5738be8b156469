"""Makes `unittest.TestResult` report as tests end: unittest itself and everything built on it, such as Django."""
import os
import sys
import traceback

from patchwright_report import Report

_state = {"report": None, "disabled": False, "pid": os.getpid()}


def disable():
    _state["disabled"] = True


def _report():
    if _state["report"] is None:
        _state["report"] = Report("django" if "django.test.runner" in sys.modules else "unittest")
    return _state["report"]


def _file_of(test):
    module = sys.modules.get(type(test).__module__)
    path = getattr(module, "__file__", None)
    if type(test).__module__.startswith("unittest.") or path is None:
        return None
    return _report().relative(path[:-1] if path.endswith(".pyc") else path)


def _identify(test, path):
    """`FILE::Class::method`, whatever the import path; the id of unittest where there is no file."""
    identifier = test.id()
    module = type(test).__module__ + "."
    if path is None or not identifier.startswith(module):
        return identifier
    return path + "::" + identifier[len(module):].replace(".", "::")


def _file_of_module(name):
    """Where a module that could not be imported stands; None when that is not in the repository."""
    for folder in [os.getcwd()] + sys.path:
        for ending in (".py", os.sep + "__init__.py"):
            path = os.path.join(folder, name.replace(".", os.sep) + ending)
            if os.path.isfile(path):
                return _report().relative(path)
    return None


def _failure(error):
    kind, value, tb = error
    message = "".join(traceback.format_exception_only(kind, value)).strip()
    if not isinstance(message, type(u"")):
        message = message.decode("utf-8", "replace")
    frames = []
    while tb is not None:
        if "__unittest" not in tb.tb_frame.f_globals:
            frames.extend(traceback.extract_tb(tb, 1))
        tb = tb.tb_next
    return {
        "message": message[:8000],
        "frames": [[os.path.abspath(frame[0]), frame[1], frame[3] or ""] for frame in frames],
    }


def _silent():
    """True under pytest, and in the workers of a parallel run: their parent reports for them."""
    processes = sys.modules.get("multiprocessing")
    worker = processes is not None and processes.current_process().name != "MainProcess"
    return _state["disabled"] or worker or os.getpid() != _state["pid"]


def _write(test, verdict, error=None, prefix=""):
    if _silent():
        return
    path = _file_of(test)
    identifier = _identify(test, path)
    loader = "unittest.loader._FailedTest."
    if identifier.startswith(loader):
        path = _file_of_module(identifier[len(loader):])
        identifier = path or identifier[len(loader):]
        verdict = "error"
    record = {"t": "case", "id": identifier, "file": path, "verdict": verdict}
    if error is not None:
        record.update(_failure(error))
        record["message"] = prefix + record["message"]
    _report().write(record)


def install(module):
    """Wraps the methods of `module.TestResult`; subclasses call them by `super`."""
    cls = module.TestResult

    def wrap(name, hook):
        original = getattr(cls, name, None)
        if original is None:
            return

        def method(self, *args, **kwargs):
            hook(*args, **kwargs)
            return original(self, *args, **kwargs)

        method.__name__ = name
        setattr(cls, name, method)

    def subtest(test, part, error):
        if error is not None:
            verdict = "failed" if issubclass(error[0], test.failureException) else "error"
            _write(test, verdict, error, part._subDescription() + " ")

    def start(test):
        if not _silent():
            _report().write({"t": "start", "id": _identify(test, _file_of(test))})

    def end():
        """Every runner asks for this once it is through, and not before."""
        if not _silent() and _state["report"] is not None:
            _state["report"].write({"t": "end"})

    wrap("startTest", start)
    wrap("addSuccess", lambda test: _write(test, "passed"))
    wrap("addError", lambda test, err: _write(test, "error", err))
    wrap("addFailure", lambda test, err: _write(test, "failed", err))
    wrap("addSkip", lambda test, reason: _write(test, "skipped"))
    wrap("addExpectedFailure", lambda test, err: _write(test, "skipped"))
    wrap("addUnexpectedSuccess", lambda test: _write(test, "failed"))
    wrap("addSubTest", subtest)
    wrap("wasSuccessful", end)
