"""The table of mutants fits the code: a text that moved would end `make mutants` in the middle."""

from __future__ import annotations

import pytest

from tests.chaos.mutants import MUTANTS, Mutant
from tests.support.house import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.why)
def test_text_to_change_is_there(mutant: Mutant) -> None:
    assert mutant.old in (ROOT / mutant.file).read_text(), f"{mutant.file} does not hold {mutant.old!r}"
    assert mutant.new != mutant.old
    assert all((ROOT / test).is_file() for test in mutant.tests), mutant.tests
