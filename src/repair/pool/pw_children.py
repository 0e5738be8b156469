"""Forked children in which candidates run: limits, watching, and an end for all that they leave running."""

import ctypes
import json
import os
import re
import resource
import select
import signal
import time


class Hang(BaseException):
    """The candidate used up its processor time."""


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
                    limit(cpu_limit)
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


def limit(seconds):
    """Gives what runs now so much processor time before it hangs."""
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.02)


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
