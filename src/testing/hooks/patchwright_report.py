"""Writes the report of one test process: a JSON object a line, flushed, so that a crash leaves what came before."""
import io
import json
import os


class Report(object):
    """The first process that reports takes the file; its children do not write."""

    def __init__(self, runner):
        path = os.environ.pop("PATCHWRIGHT_PYTHON_REPORT", None)
        self._pid = os.getpid()
        self._file = io.open(path, "a", encoding="utf-8") if path else None
        self._root = os.environ.get("PATCHWRIGHT_ROOT") or os.getcwd()
        self.write({"t": "begin", "runner": runner})

    def write(self, record):
        if self._file is None or os.getpid() != self._pid:
            return
        line = json.dumps(record)
        if isinstance(line, bytes):
            line = line.decode("ascii")
        self._file.write(line + u"\n")
        self._file.flush()

    def relative(self, path):
        """A path relative to the root with `/`, or None when it is outside of it."""
        path = os.path.relpath(os.path.realpath(path), os.path.realpath(self._root))
        return None if path.startswith(os.pardir) else path.replace(os.sep, "/")
