"""Changes every capture, ours and the shared ones, in many ways, and counts the outcomes.

Run: make mutations (N=100 changes of each of three kinds per capture). Exits 1 when any change made a wrong row.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup

from scrapers.model import Page, ScrapeError
from tests.benchmarks.bench_parse import pages
from tests.chaos import mutating
from tests.chaos.test_mutations import Row, rows_of, without_region

SMALL = 400_000  # bytes: larger captures are cut and changed less often
OUTCOMES = ("all rows", "fewer rows", "refused", "wrong")
Mutation = tuple[str, bytes]


def changes(page: Page, count: int, chance: random.Random) -> Iterator[Mutation]:
    """Yield changed copies of a page: other markup, lost prices, cuts."""
    content = page.read()
    for _ in range(count):
        yield "cut", content[: chance.randrange(len(content))]
    if content.lstrip()[:1] == b"<" and b"<" in content:
        for _ in range(count):
            plan = chance.sample(list(mutating.SAME), chance.randint(1, 3))
            yield f"look {'+'.join(plan)}", _change_markup(content, plan, chance)
        for _ in range(count if mutating.price_boxes(BeautifulSoup(content, "lxml")) else 0):
            words = chance.choice(list(mutating.LOST))
            yield f"lost {words}", _replace_price(content, words, chance)


def _change_markup(content: bytes, plan: list[str], chance: random.Random) -> bytes:
    tree = BeautifulSoup(content, "lxml")
    for change in plan:
        mutating.SAME[change](tree, chance)
    return str(tree).encode()


def _replace_price(content: bytes, words: str, chance: random.Random) -> bytes:
    tree = BeautifulSoup(content, "lxml")
    mutating.replace_text(chance.choice(mutating.price_boxes(tree)), *mutating.LOST[words])
    return str(tree).encode()


def outcome(page: Page, right: set[Row]) -> tuple[str, set[Row]]:
    """Return the outcome of a changed page, and its wrong rows."""
    try:
        rows = rows_of(page)
    except (ScrapeError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return "refused", set()
    wrong = rows - right - without_region(right)
    if wrong:
        return "wrong", wrong
    return "all rows" if rows >= right else "fewer rows", wrong


def main(count: int) -> int:
    """Print a line per provider, and every wrong row; return the exit code."""
    outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for slug, path, page in pages():
        try:
            right = rows_of(page)
        except ScrapeError:
            continue
        if not right or page.content is None:
            continue
        chance = random.Random(f"{slug}{path}")
        for mutation, content in changes(page, count if len(page.content) < SMALL else max(count // 20, 1), chance):
            result, wrong = outcome(replace(page, content=content), right)
            outcomes[slug][result] += 1
            if wrong:
                print(f"WRONG {slug} {path.name}: {mutation}: {sorted(map(str, wrong))[:2]}", file=sys.stderr)
    print(f"{'provider':14} {'changes':>8}" + "".join(f"{name:>12}" for name in OUTCOMES))
    for slug, counts in [*sorted(outcomes.items()), ("all", sum(outcomes.values(), Counter()))]:
        print(f"{slug:14} {counts.total():8}" + "".join(f"{counts[name]:12}" for name in OUTCOMES))
    return 1 if any(counts["wrong"] for counts in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
