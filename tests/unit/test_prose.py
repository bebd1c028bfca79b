"""Names and sentences say what they hold: patterns that tell too little, each with its reason and its limit."""

from __future__ import annotations

import pytest

from tests.support.house import docstrings, in_modules, letter_aliases, long_sql_lines, vague_names

LIMITS = {
    "docstrings that begin with What": (5, "an imperative says what a function does: Return, Check, Read"),
    "variables named found, told, said or known": (20, "a noun says what a variable holds: offers, events, messages"),
    "tables with a one-letter alias": (20, "a reader should not look up what o is"),
    "lines of SQL over 120 characters": (0, "a diff shows two files side by side"),
}
PLACES = {
    "docstrings that begin with What": lambda: in_modules("what"),
    "variables named found, told, said or known": lambda: in_modules("vague"),
    "tables with a one-letter alias": letter_aliases,
    "lines of SQL over 120 characters": long_sql_lines,
}


@pytest.mark.parametrize("pattern", LIMITS)
def test_names_and_sentences_say_what_they_hold(pattern: str) -> None:
    limit, reason = LIMITS[pattern]
    places = PLACES[pattern]()
    assert len(places) <= limit, f"{len(places)} {pattern}, at most {limit}: {reason}.\n" + "\n".join(places)


def test_the_patterns_are_seen() -> None:
    source = 'def f(told, other):\n    """What it is."""\n    found = 1\n    for known in (): pass\n    self.said = 2\n'
    assert list(docstrings(source)) == ["What it is."]
    assert sorted(vague_names(source)) == ["1: told", "3: found", "4: known"]
