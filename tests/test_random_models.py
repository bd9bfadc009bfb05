"""Random models of odd structure: a few seeds here, hundreds by hand.

`python -m tests.random_models FIRST LAST` checks a range of seeds.
"""

from pathlib import Path

import pytest

from tests.random_models import build, check

# Enough to meet each kind of step once or twice; the seeds that once failed come last.
SEEDS = [1, 2, 3, 4, 5, 7, 8, 18, 30, 33]
# What a file cannot tell is warned of (tests/passes/test_lost_sharing.py).
UNTOLD = "sharing not told by the file"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS)
def test_round_trip(seed: int, tmp_path: Path):
    model = build(seed)
    assert model is not None, "Keras does not build this one; take another seed"
    assert set(check(model, tmp_path, predict=seed % 4 == 0)) <= {UNTOLD}
