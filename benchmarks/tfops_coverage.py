"""Which functions of TensorFlow are translated, out of those that Keras 2 could record.

Run with `python -m benchmarks.tfops_coverage`; it needs tf_keras. Prints one line a
namespace, and every function that is left a stub, by reason.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import kerascodegen.readers.keras2.tfops  # noqa: F401 (fills the table)
from tests.keras2.tfops_listing import recordable, verdict


def main() -> None:
    """Print the table."""
    found: Counter[str] = Counter()
    done: Counter[str] = Counter()
    stubs: defaultdict[str, list[str]] = defaultdict(list)
    for name in recordable():
        namespace = f"tf.{name}".rpartition(".")[0]
        found[namespace] += 1
        reason = verdict(name)
        if reason == "translated":
            done[namespace] += 1
        else:
            stubs[reason].append(name)
    print(f"{'namespace':<26}{'functions':>10}{'translated':>12}")
    for namespace in sorted(found):
        print(f"{namespace:<26}{found[namespace]:>10}{done[namespace]:>12}")
    print(f"{'all':<26}{found.total():>10}{done.total():>12}")
    for reason, names in sorted(stubs.items()):
        print(f"\n{reason} ({len(names)}):\n  {' '.join(names)}")


if __name__ == "__main__":
    main()
