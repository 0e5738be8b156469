"""What a test runs and where it fails, by tracing it once."""

import os
import sys
import time

from pw_children import root_folder

# Parts of the runners that show values in the message of a failed assertion.
SHOWING = ("/_pytest/assertion/", "/_pytest/_io/", "/unittest/util.py", "/reprlib.py", "/pprint.py")
MOST_FRAMES = 12


def traced(run, *arguments):
    """Runs something; gives its result, the lines of the repository that it ran by file, and processor seconds."""
    lines = {}
    known = {}
    showing = [False]

    def relative(filename):
        if filename not in known:
            path = os.path.realpath(filename)
            inside = path.startswith(root_folder[0] + os.sep) and "site-packages" not in path
            known[filename] = lines.setdefault(os.path.relpath(path, root_folder[0]), set()) if inside else None
        return known[filename]

    def on_shown(_frame, event, _argument):
        if event == "return":
            showing[0] = False
        return on_shown

    def on_event(frame, event, _argument):
        found = relative(frame.f_code.co_filename)
        if found is None or showing[0]:
            return None
        if frame.f_code.co_name == "__repr__" and is_shown(frame):
            # Values of failing tests only are shown: what that runs would look like the cause.
            showing[0] = True
            return on_shown
        add = found.add

        def on_line(inner, what, _value):
            if what == "line":
                add(inner.f_lineno)
            return on_line

        return on_line

    began = time.process_time()
    sys.settrace(on_event)
    try:
        result = run(*arguments)
    finally:
        sys.settrace(None)
    seconds = time.process_time() - began
    return result, {path: sorted(found) for path, found in lines.items() if found}, seconds


def is_shown(frame):
    """Whether a value is only shown in the message of a failed assertion."""
    for _ in range(MOST_FRAMES):
        frame = frame.f_back
        if frame is None:
            return False
        if any(part in frame.f_code.co_filename for part in SHOWING):
            return True
    return False


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
