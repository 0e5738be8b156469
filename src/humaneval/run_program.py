"""Runs one program of HumanEval and says how it ended, as one line of JSON on standard output.

Standard input: {"program", "seconds", "bytes", "token"}. The answer carries the token, so that a program which ends the
process before its checks were through cannot pass for one that ran to its end. What the program prints is dropped.
"""

import json
import os
import resource
import signal
import sys

FORBIDDEN = (
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.kill",
    "os.killpg",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "pty.spawn",
    "shutil.",
    "signal.pthread_kill",
    "socket.connect",
    "subprocess.Popen",
)
CHANGING = ("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
            "os.symlink", "os.truncate", "os.utime")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class TimeIsUp(BaseException):
    pass


def guard(violations):
    """Refuses processes, signals, connections and changes to files outside of the working folder and /tmp; each is
    remembered, since the program may catch the refusal."""
    inside = tuple(os.path.realpath(folder) + os.sep for folder in (os.getcwd(), "/tmp"))

    def refuse(what):
        violations.append(what)
        raise PermissionError(what)

    def is_outside(path):
        if isinstance(path, int):
            return False
        return not os.path.realpath(os.fsdecode(path)).startswith(inside)

    def hook(event, args):
        if event.startswith(FORBIDDEN):
            refuse(f"{event} is not allowed")
        if event == "open":
            path, mode, flags = args
            writes = any(letter in mode for letter in "wax+") if mode else bool((flags or 0) & WRITING)
            if writes and path != os.devnull and is_outside(path):
                refuse(f"writing {path!r} is not allowed")
        elif event in CHANGING and any(is_outside(path) for path in args[:1]):
            refuse(f"{event} of {args[0]!r} is not allowed")

    sys.addaudithook(hook)


def stop(*_):
    raise TimeIsUp()


def run(program, seconds, limit):
    violations = []
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 5000))
    signal.signal(signal.SIGALRM, stop)
    guard(violations)
    try:
        code = compile(program, "<program>", "exec")
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            exec(code, {"__name__": "__main__"})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeIsUp:
        return "timed out"
    except BaseException as error:
        return f"failed: {str(error) or type(error).__name__}"
    return f"failed: {violations[0]}" if violations else "passed"


def main():
    request = json.load(sys.stdin)
    answer = os.dup(1)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    process = os.getpid()
    result = run(request["program"], request["seconds"], request["bytes"])
    if os.getpid() != process:
        os._exit(1)
    reply = json.dumps({"token": request["token"], "result": result[:1000]})
    os.write(answer, reply.encode() + b"\n")
    # Nothing that the program left behind, an exit handler or a thread, is waited for.
    os._exit(0)


main()
