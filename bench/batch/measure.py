"""Runs a command to its end and prints what it and all that it started used, as one JSON object.

Usage: measure.py COMMAND [ARGUMENT...]. Its output goes to standard error.
"""

import json
import os
import sys
import time

start = time.monotonic()
pid = os.fork()
if pid == 0:
    os.dup2(2, 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(pid, 0)
result = {
    "exitCode": os.waitstatus_to_exitcode(status),
    "seconds": time.monotonic() - start,
    "cpuSeconds": used.ru_utime + used.ru_stime,
    # Of the largest single process; the commands of the agents are small.
    "megabytes": used.ru_maxrss / 1024,
}
json.dump(result, sys.stdout)
