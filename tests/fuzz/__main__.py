"""Fuzz for as long as wanted: `python -m tests.fuzz 100000 [--seed 0]`.

Each case has a seed, so `python -m tests.fuzz 1 --seed N` repeats one. Black formats
one case in twenty, since it takes most of the time; the others end behind the audit.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import random
import resource
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from tests.fuzz import mutate
from tests.fuzz.oracle import run_case

FORMATTED_ONE_IN = 20
# Seconds after which a case counts as a hang: the machine may be busy.
SLOW = 10
# Far more than any of these small files needs.
MEMORY = 4 * 2**30


def main() -> int:
    """Run the cases and print what they found.

    Returns:
        0 if nothing was found, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("cases", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that failed")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.cases)
    counts, found = _run(seeds, asked.keep)
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    for signature, failing in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f"{len(failing):6}  {signature}   seeds {sorted(failing)[:5]}")
    return 1 if found else 0


def _run(
    seeds: range, keep: Path | None
) -> tuple[collections.Counter[str], dict[str, list[int]]]:
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _hangs)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts: collections.Counter[str] = collections.Counter()
    found: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        for done, seed in enumerate(seeds, 1):
            signal.alarm(SLOW)
            # Where only C code runs, no signal gets through: say where, and end.
            faulthandler.dump_traceback_later(6 * SLOW, exit=True)
            outcome, signature = run_seed(seed, path)
            signal.alarm(0)
            faulthandler.cancel_dump_traceback_later()
            counts[outcome] += 1
            if signature:
                if signature not in found:
                    print(f"seed {seed}: {signature}", file=sys.stderr, flush=True)
                found.setdefault(signature, []).append(seed)
                if keep is not None:
                    (keep / f"{seed}.bin").write_bytes(path.read_bytes())
            if done % 2000 == 0:
                print(f"{done} of {len(seeds)}", file=sys.stderr, flush=True)
    return counts, found


def run_seed(seed: int, path: Path) -> tuple[str, str]:
    """Run one case.

    Args:
        seed: Its number.
        path: A file to write it to.

    Returns:
        How it ended, and the signature of a failure or `""`.
    """
    rng = random.Random(seed)
    path.write_bytes(mutate.mutated_file(rng))
    options = mutate.options(rng)
    formatted = seed % FORMATTED_ONE_IN == 0
    try:
        outcome = run_case(path, options, formatted=formatted)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "kerascodegen" in frame.filename]
        where = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else ""
        return "failed", f"{type(error).__name__} {where} {str(error)[:150]!r}"
    return ("written", "") if outcome.source else ("refused", "")


def _hangs(number: int, frame: object) -> None:
    raise TimeoutError(f"takes more than {SLOW} s")


if __name__ == "__main__":
    sys.exit(main())
