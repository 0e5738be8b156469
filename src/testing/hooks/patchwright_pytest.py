"""A pytest plugin that reports exact node ids, relative to the repository, as tests end."""
import os
import re
import textwrap

from patchwright_report import Report

_state = {"report": None, "rootdir": None, "cwd": None}


def pytest_configure(config):
    names = [name for name in os.environ.get("PYTEST_PLUGINS", "").split(",") if name]
    rest = [name for name in names if name != "patchwright_pytest"]
    if rest:
        os.environ["PYTEST_PLUGINS"] = ",".join(rest)
    else:
        os.environ.pop("PYTEST_PLUGINS", None)
    if hasattr(config, "workerinput") or hasattr(config, "slaveinput"):
        return
    import sys

    unittest_hook = sys.modules.get("patchwright_unittest")
    if unittest_hook is not None:
        unittest_hook.disable()
    _state["report"] = Report("pytest")
    _state["rootdir"] = str(getattr(config, "rootdir", os.getcwd()))
    _state["cwd"] = os.getcwd()


def _write(record):
    if _state["report"] is not None:
        _state["report"].write(record)


def _identify(nodeid):
    """The node id with its file relative to the repository instead of to pytest's own root."""
    path, separator, rest = nodeid.partition("::")
    relative = _state["report"].relative(os.path.join(_state["rootdir"], path)) if path else None
    return (relative or path) + separator + rest, relative


def _frames(longrepr):
    frames = []
    for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ()):
        place = getattr(entry, "reprfileloc", None)
        if place is None:
            continue
        source = [line for line in getattr(entry, "lines", ()) if not line.startswith("E ")]
        marked = [line[1:] for line in source if line.startswith(">")]
        code = (marked or source or [""])[-1 if marked else 0].strip()
        frames.append([os.path.join(_state["cwd"], str(place.path)), place.lineno, code])
    return frames


def _told(text):
    """Message and frames of a failure that pytest gives as text, such as one while it loads a file."""
    lines = text.splitlines()
    frames = []
    for number, line in enumerate(lines):
        match = re.match(r"(\S.*?):(\d+): in ", line)
        if match:
            code = lines[number + 1].strip() if number + 1 < len(lines) else ""
            frames.append([os.path.join(_state["cwd"], match.group(1)), int(match.group(2)), code])
    message = "\n".join(line[1:] for line in lines if re.match(r"E(?:\s|$)", line))
    return {"message": (textwrap.dedent(message).strip() or text)[-8000:], "frames": frames}


def _failure(longrepr):
    crash = getattr(longrepr, "reprcrash", None)
    if crash is None:
        return _told(str(longrepr))
    return {"message": crash.message[:8000], "frames": _frames(longrepr)}


def _case(nodeid, verdict, longrepr=None):
    if _state["report"] is None:
        return
    identifier, path = _identify(nodeid)
    record = {"t": "case", "id": identifier, "file": path, "verdict": verdict}
    if verdict in ("failed", "error") and longrepr is not None:
        record.update(_failure(longrepr))
    _write(record)


def pytest_runtest_logstart(nodeid, location):
    if _state["report"] is not None:
        _write({"t": "start", "id": _identify(nodeid)[0]})


def pytest_runtest_logreport(report):
    if report.outcome == "skipped":
        _case(report.nodeid, "skipped")
    elif report.outcome == "failed":
        _case(report.nodeid, "failed" if report.when == "call" else "error", report.longrepr)
    elif report.outcome == "passed" and report.when == "call":
        _case(report.nodeid, "passed")


def pytest_collectreport(report):
    if report.outcome == "failed":
        _case(report.nodeid, "error", report.longrepr)


def pytest_sessionfinish(session, exitstatus):
    _write({"t": "end", "status": int(exitstatus)})
