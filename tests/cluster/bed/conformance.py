"""The compiled tests that want a real API server: in several processes beside each other.

`conformance_test` is the program that `./dev test` runs in the sandbox (tests/conformance);
`kube_smoke_test` is the client over real connections. They are found where the preset `test` builds.
"""
import os
import subprocess
import time

from bed.run import REPOSITORY, BedError

FOLDER = REPOSITORY / "build" / "test" / "tests"
SUITE = FOLDER / "conformance" / "conformance_test"
SMOKE = FOLDER / "controller" / "kube" / "kube_smoke_test"
SHARDS = 6  # processes at once; they wait more than they work
BOUND = 300  # seconds for all of them
NONE_FOUND = 5  # as pytest says it


def chosen(names):
    """gtest's filter for `-k NAME`: a part of a test's name."""
    return [f"--gtest_filter=*{names}*"] if names else []


def has_any(program, names):
    listed = subprocess.run([program, "--gtest_list_tests", *chosen(names)], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return any(line.startswith("  ") for line in listed.splitlines())


def test(run, environment, names=None):
    """0, or 1 after the words of all that failed; NONE_FOUND where no test has such a name."""
    missing = [program for program in (SUITE, SMOKE) if not os.access(program, os.X_OK)]
    if missing and names:
        return NONE_FOUND
    if missing:
        raise BedError(f"no program at {missing[0]}: run `./dev cluster test`, which builds it")
    began = time.monotonic()
    started = []
    for program, shards in ((SUITE, SHARDS), (SMOKE, 1)):
        if not has_any(program, names):
            continue
        for index in range(shards):
            more = {"FRESHET_CONFORMANCE_BED": str(run.folder),
                    "GTEST_TOTAL_SHARDS": str(shards), "GTEST_SHARD_INDEX": str(index)}
            name = f"{program.name}-{index}"
            with open(run.folder / "log" / name, "wb") as log:
                started.append((name, subprocess.Popen(
                    [*run.enter(), program, "--gtest_brief=1", *chosen(names)], stdout=log,
                    stderr=log, env={**os.environ, **environment, **more})))
    failed = [name for name, process in started if not ended_well(process, began + BOUND)]
    for name in failed:
        print(run.tail(name, 200))
    if started:
        print(f"conformance: {len(started)} processes, {len(failed)} failed, "
              f"{time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else (0 if started else NONE_FOUND)


def ended_well(process, end):
    try:
        return process.wait(max(0.0, end - time.monotonic())) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
