"""Prices that are not the page's own to ask: other providers', a shop's, those for one kind of customers, sums and trends."""

from __future__ import annotations

import pytest

from scrapers.reading.account import Account
from tests.unit.scrapers.reading.test_reader import page, read, table


def titled(title: str, body: str) -> str:
    return f'<html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'


def prices(account: Account) -> list[str]:
    return [str(o.price) for o in account.offers]


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("Cheapest H100 cloud prices", "Provider"),
        ("GPU-Cloud Preisvergleich", "Anbieter"),
        ("Comparatif des clouds GPU", "Fournisseur"),
        ("GPU云比价", "厂商"),
        ("GPUクラウド料金比較", "プロバイダ"),
        ("Сравнение цен на GPU", "Провайдер"),
        ("GPU 클라우드 가격 비교", "업체"),
    ],
)
def test_a_page_that_compares_providers_sells_nothing(title: str, column: str) -> None:
    rows = ("Cloudy|1x H100|$2.69/hr", "Rainy|1x H100|$1.49/hr", "RunPod|1x H100|$2.99/hr")
    account = read(titled(title, f"<h1>{title}</h1>{table(f'{column}|GPU|Price', *rows)}"))
    assert account.offers == [] and {e.verdict for e in account.entries} == {"explained"}


def test_a_list_of_providers_is_one_too_whoever_is_on_it() -> None:
    items = "<li>RunPod: H100 $2.69/hr</li><li>Lambda: H100 $2.99/hr</li><li>Sunny Cloud: H100 $1.99/hr</li>"
    account = read(titled("The cheapest place to rent an H100", f"<h1>Cheapest H100 providers</h1><ul>{items}</ul>"))
    assert account.offers == [] and [e.text for e in account.unexplained] == ["Sunny Cloud: H100 $1.99/hr"]


def test_an_article_that_tabulates_several_providers_leaves_the_page_partial() -> None:
    rows = ("Azure|8x H100|$98.32", "Paperspace|8x H100|$47.60", "Lambda|8x H100|$23.92")
    account = read(titled("What does an H100 cost? | Blog", table("Cloud|Instance|Price per hour", *rows)))
    assert account.offers == [] and len(account.unexplained) == 3


def test_clouds_that_one_provider_runs_on_are_its_own() -> None:
    rows = ("aws|1x NVIDIA L4|$0.80", "gcp|1x NVIDIA L4|$0.70")
    account = read(titled("Pricing", f"<h1>Dedicated endpoints</h1>{table('Provider|GPU|Hourly rate', *rows)}"))
    assert prices(account) == ["0.80", "0.70"]


@pytest.mark.parametrize(
    "body",
    [
        table("GPU|Acme|AWS|Google Cloud", "1x H100|$2.25/hr|$6.88/hr|$11.06/hr"),
        table("Provider|1x NVIDIA H100 per hour", "Acme|$2.25", "AWS|$6.88", "CoreWeave|$6.16"),
        table("|Acme|Others", "1x H100 per hour|$2.25|$6.88"),
        "<div><h3>AWS</h3><p>1x NVIDIA H100</p><p>$6.88/hr</p></div><div><h3>Acme</h3><p>1x NVIDIA H100</p><p>$2.25/hr</p></div>",
        "<div><h3>1x NVIDIA H100</h3><p>$2.25/hr</p></div><h2>How we compare</h2><div><div>H100 on AWS</div><div>$6.88/hr</div></div>",
        "<div class=row><div>GPU (per hour)</div><div>Acme</div><div>AWS</div></div><div class=row><div>1x H100</div><div>$2.25</div><div>$6.88</div></div>",
    ],
)  # fmt: skip
def test_of_a_comparison_only_the_own_price_is_read(body: str) -> None:
    account = read(titled("Acme GPU cloud, up to 70% cheaper than AWS", body))
    assert prices(account) == ["2.25"]
    assert {e.reason for e in account.entries if e.verdict != "emitted"} >= {
        r for r in {e.reason for e in account.entries} if r.endswith("in a comparison")
    }


def test_a_comparison_adds_nothing_to_the_price_list() -> None:
    body = table("GPU|Price per hour", "1x NVIDIA H100|$2.25", "1x NVIDIA L4|$0.50")
    body += table("GPU per hour|Acme|AWS", "H100|$2.25|$6.88", "L4|$0.45|$0.80")
    account = read(titled("Acme", body))
    assert prices(account) == ["2.25", "0.50"]
    assert [e.text for e in account.unexplained] == ["$0.45"], "another price than the list's"


def test_a_provider_named_in_its_own_title_is_no_other() -> None:
    account = read(
        titled("GPU instances - Amazon EC2 - AWS", table("Amazon EC2 instance|Price per hour", "p4 (8x A100)|$32.77"))
    )
    assert prices(account) == ["32.77"]


@pytest.mark.parametrize(
    "button", ["Add to cart", "In den Warenkorb", "Ajouter au panier", "В корзину", "加入购物车", "カートに入れる"]
)
def test_a_shop_rents_nothing_out(button: str) -> None:
    card = f"<div><h3>NVIDIA RTX 5090 32GB</h3><p>$2,399.00</p><p>or $74.97/mo for 36 months</p><button>{button}</button></div>"
    assert read(page(card)).offers == []


@pytest.mark.parametrize("words", ["with Klarna", "mit Ratenzahlung", "financing available"])
def test_an_instalment_is_no_rent(words: str) -> None:
    assert read(page(f"<div><h3>NVIDIA H100 PCIe</h3><p>$935.94/month {words}</p></div>")).offers == []


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("GPU|University members|Other academic|Industry", "NVIDIA A100|CHF 0.45|CHF 0.70|CHF 1.50"),
        ("GPU|Hochschulangehörige|Andere Hochschulen|Externe", "NVIDIA A100|CHF 0.45|CHF 0.70|CHF 1.50"),
        ("GPU|学内|他大学|企業", "NVIDIA A100|CHF 0.45|CHF 0.70|CHF 1.50"),
        ("GPU|Campus rate|Non-profit rate|Standard rate", "NVIDIA A100|CHF 0.45|CHF 0.70|CHF 1.50"),
    ],
)
def test_a_price_for_one_kind_of_customers_is_nobody_elses(titles: str, row: str) -> None:
    account = read(page(f"<h2>Rates per GPU-hour</h2>{table(titles, row)}"))
    assert prices(account) == ["1.50"] and account.is_whole


def test_kinds_of_customers_in_rows_and_headings() -> None:
    rows = table("User group|H100|A100", "Internal|$0.85|$0.45", "Commercial|$2.60|$1.50")
    assert prices(read(page(f"<p>Prices per GPU-hour</p>{rows}"))) == ["2.60", "1.50"]
    headed = "".join(
        f"<h2>{who} users</h2>{table('GPU|Price per GPU-hour', f'A100|€{price}')}" for who, price in [("Internal", "0.50"), ("External", "1.50")]
    )  # fmt: skip
    assert prices(read(page(headed))) == ["1.50"]


@pytest.mark.parametrize(
    "line",
    [
        "Estimated cost: $1.40/hr · $1,022/mo",
        "Geschätzte Kosten: $1.40/hr",
        "The median H100 price fell from $3.12 to $2.41 per hour",
        "InfiniBand adds $0.40 per hour",
    ],
)
def test_estimates_trends_and_extras_are_no_prices(line: str) -> None:
    assert read(page(f"<div><h3>NVIDIA H100</h3><p>{line}</p></div>")).offers == []


def test_entries_of_a_selection_name_no_card() -> None:
    body = "<label>GPU</label><select><option>NVIDIA H100</option><option>NVIDIA L4</option></select><p>$1.40/hr</p>"
    assert read(page(body)).offers == []


def test_a_row_below_another_caption_is_of_no_accelerator_that_a_caption_above_names() -> None:
    machines = "<table><caption>NVIDIA L40S pricing</caption><tr><th>Size</th><th>Per hour</th></tr><tr><td>Small</td><td>$1.29</td></tr></table>"
    others = "<table><caption>Kubernetes</caption><tr><th>Size</th><th>Per hour</th></tr><tr><td>Medium</td><td>$0.09</td></tr></table>"
    assert prices(read(page(machines + others))) == ["1.29"]


def test_what_an_accelerator_never_cost_is_doubted_with_all_of_its_column_and_cell() -> None:
    one = read(page(table("GPU|GPUs|Price per hour", "NVIDIA H100|8|$2.10", "NVIDIA L4|8|$0.80")))
    assert one.offers == [] and len(one.unexplained) == 2, "an hour of one GPU, or of all eight"
    cell = "Colocation from $65/mo<br>Cabinet: $850/mo<br>/29: $2/mo"
    assert read(page(table("NVIDIA A100 servers|Other", f"{cell}|Ask"))).offers == []
    assert (
        read(page(table("GPU|Price per hour", "1x NVIDIA H100|INR 2", "1x NVIDIA A100|INR 170"))).offers[0].gpu_label
        == "NVIDIA A100"
    )
    parts = read(page(table("GPU|Price per hour", "H100 MIG 1g.10gb|$0.35", "1/20 A100|$0.07"))).offers
    assert [str(o.price) for o in parts] == ["0.35", "0.07"], "a part costs less than a card"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1x NVIDIA Rubin CPX|$9.99", "an accelerator of an unknown name"),
        ("1x NVIDIA L4|4 490 Ft", "a row that names an accelerator has no amount that can be read"),
    ],
)
def test_a_row_that_cannot_be_read_leaves_the_page_partial(row: str, reason: str) -> None:
    account = read(page(table("GPU|Price per hour", "1x NVIDIA H100|$2.49", row)))
    assert prices(account) == ["2.49"] and [e.reason for e in account.unexplained] == [reason]


@pytest.mark.parametrize("text", ["Contact us", "Coming soon", "Sold out", "N/A", "—"])
def test_a_row_that_says_that_it_has_no_price_does_not(text: str) -> None:
    assert read(page(table("GPU|Price per hour", "1x NVIDIA H100|$2.49", f"1x NVIDIA B200|{text}"))).is_whole


def test_a_banner_that_prices_an_hour_leaves_the_page_partial_and_a_bound_does_not() -> None:
    listed = table("GPU|Price per hour", "1x NVIDIA L4|$0.45")
    exact = read(page(f"<div class='promo-bar'>NVIDIA H100 now $1.99/hr</div>{listed}"))
    bound = read(page(f"<div class='promo-bar'>NVIDIA H100 from $1.99/hr</div>{listed}"))
    assert (prices(exact), exact.is_whole) == (["0.45"], False) and (prices(bound), bound.is_whole) == (["0.45"], True)


@pytest.mark.parametrize("plan", ["T4 or A100", "T4 oder A100", "T4 ou A100", "T4 или A100"])
def test_a_choice_of_two_is_a_price_of_neither(plan: str) -> None:
    assert read(page(f"<div><h3>Pro</h3><p>$9.99 per month</p><p>100 units, {plan}</p></div>")).offers == []


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Plan|Credits|Price/month|GPU", "Basic|100|$30|T4"),
        ("Package|GPU|Hours|Price", "Starter|1x H100|100|$249"),
        ("Package|GPU|Included hours|Price per month", "Starter|1x L4|50|$49"),
    ],
)
def test_a_plan_with_hours_or_credits_in_it_is_no_rent(titles: str, row: str) -> None:
    assert read(page(table(titles, row))).offers == []


def test_a_price_for_those_who_take_many_is_on_a_condition() -> None:
    account = read(page(table("GPU|1-7 GPUs|8-63 GPUs|64+ GPUs", "H100 (per GPU-hour)|$2.99|$2.79|$2.49")))
    assert prices(account) == ["2.99"] and account.is_whole


def test_a_card_beside_one_without_an_accelerator_keeps_to_itself() -> None:
    cards = "".join(
        f"<div class=card><div>{name}</div><div>{price}/hr</div></div>" for name, price in [("NVIDIA H100", "$2.49"), ("AMD EPYC", "$0.49")]
    )  # fmt: skip
    account = read(page(cards))
    assert prices(account) == ["2.49"] and [e.text for e in account.unexplained] == ["$0.49/hr"]


@pytest.mark.parametrize(
    ("sentence", "is_theirs"),
    [
        ("Compare: AWS p5.48xlarge lists at $98.32/hr for 8x H100.", True),
        ("Google Cloud charges $11.06 per hour for an H100.", True),
        ("Bei Azure kostet eine H100 12,80 € pro Stunde.", True),
        ("Unlike AWS, our H100 costs $2.10/hr.", False),
        ("AWS is far away; H100 from here at $2.20/hr.", False),
    ],
)
def test_a_sentence_says_whose_price_it_states(sentence: str, is_theirs: bool) -> None:
    offers = "<table><tr><th>GPU</th><th>Per hour</th></tr><tr><td>H100 80GB</td><td>$1.99</td></tr></table>"
    reading = read(page(f"<h1>GPU cloud</h1>{offers}<p>{sentence}</p>"))
    reasons = [entry.reason for entry in reading.entries if entry.text == sentence]
    assert [reason.startswith("a price of ") for reason in reasons] == [is_theirs] or (not is_theirs and not reasons)
    assert "1.99" in {str(offer.price) for offer in reading.offers}
