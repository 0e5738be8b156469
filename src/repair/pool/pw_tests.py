"""Tests as things that can be run again and again: pytest items and unittest cases."""

import os
import re
import sys

from pw_children import Hang, root_folder


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
