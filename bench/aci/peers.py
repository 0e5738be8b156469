"""Times the same steps through mini-swe-agent's LocalEnvironment and SWE-ReX's LocalRuntime with a bash session.

Usage: peers.py REPOSITORY ROUNDS STEPS, where STEPS is a JSON object of name to shell command. Prints one JSON object.
"""

import asyncio
import json
import os
import statistics
import sys
import time

os.environ.setdefault("MSWEA_SILENT_STARTUP", "1")


def mini(repository, rounds, steps):
    from minisweagent.environments.local import LocalEnvironment

    environment = LocalEnvironment(cwd=repository)
    result = {}
    for name, command in steps.items():
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            answer = environment.execute({"command": command})
            times.append((time.perf_counter() - start) * 1000)
            assert answer["returncode"] == 0, answer
        result[name] = statistics.median(times)
    return result


async def swerex(repository, rounds, steps):
    from swerex.runtime.abstract import BashAction, CreateBashSessionRequest
    from swerex.runtime.local import LocalRuntime

    runtime = LocalRuntime()
    await runtime.create_session(CreateBashSessionRequest(startup_timeout=60))
    await runtime.run_in_session(BashAction(command=f"cd {repository}", timeout=120))
    result = {}
    for name, command in steps.items():
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            answer = await runtime.run_in_session(BashAction(command=command, timeout=120))
            times.append((time.perf_counter() - start) * 1000)
            assert answer.exit_code == 0, answer
        result[name] = statistics.median(times)
    await runtime.close()
    return result


def main():
    repository, rounds, steps = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    result = {"mini-swe-agent": mini(repository, rounds, steps)}
    try:
        result["SWE-ReX"] = asyncio.run(swerex(repository, rounds, steps))
    except Exception as error:  # its session gives up on a busy machine; the other numbers still count
        print(f"SWE-ReX failed: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
    json.dump(result, sys.stdout)


main()
