"""Rules of the SKU Price dataset of FOCUS 1.5 (draft, FOCUS_Spec commit 0078d79), each as SQL that finds offending rows.

Written from the requirements of specification/datasets/sku_price (dataset.md and columns/) and of the formats in
specification/attributes that they name.
"""

from __future__ import annotations

from dataclasses import dataclass

_KEY = "ServiceProviderName, SkuPriceId, ContractId, PricingCurrency, UnitPriceType"
_TIME = r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"
_MANDATORY = (
    "ChargeCategory", "PricingCurrency", "PricingCurrencyCategory", "PricingServiceName", "PricingUnit",
    "QuantityTierMinimum", "ServiceProviderName", "SkuId", "SkuPriceCreated", "SkuPriceDescription",
    "SkuPriceEligibility", "SkuPriceId", "SkuPriceLastUpdated", "UnitPrice", "UnitPriceType",
)  # fmt: skip
COLUMNS = frozenset(_MANDATORY) | {
    "CommitmentApplicability", "CommitmentDiscountCategory", "ContractId", "PricingRegionId", "PurchaseDurationType",
    "PurchasePaymentModel", "QuantityTierMaximum", "SkuPriceEffectiveEnd", "SkuPriceEffectiveStart",
}  # fmt: skip
_TEXTS = sorted(COLUMNS - {"QuantityTierMaximum", "QuantityTierMinimum", "UnitPrice"})
_UNIT = (
    r"^([1-9]\d* )?([A-Z][A-Za-z]*-)?"
    r"(Years|Months|Days|Hours|Minutes|Seconds|[KMGTPE]i?B|[A-Z][A-Za-z]*s)(/(Hour|Day|Month|Year))?$"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement: where: a condition of offending rows of sku_price; broken: a change that breaks only this rule."""

    name: str
    query: str
    broken: str


def _where(name: str, condition: str, broken: str) -> Rule:
    return Rule(name, f"from sku_price where {condition}", f"update sku_price set {broken}")


def _one(change: str, among: str = "true") -> str:
    """Return a change of a single row, the first of those that fit."""
    return f"{change} where rowid = (select min(rowid) from sku_price where {among})"


_USAGE, _PURCHASE = "ChargeCategory = 'Usage'", "ChargeCategory = 'Purchase'"
_IS_JSON = "json_valid({0}) and json_type({0}) = 'OBJECT'"
_COVERAGE = "json_extract(CommitmentApplicability, '$.Inclusions[0].Coverage')"
RULES = (
    Rule(
        "no two records share the key",
        f"select {_KEY}, SkuPriceEffectiveStart from sku_price group by all having count(*) > 1",
        "insert into sku_price select * replace ('x' as SkuPriceDescription) from sku_price limit 1",
    ),
    Rule(
        "effective periods of a key do not overlap",
        f"""select * from sku_price qualify coalesce(SkuPriceEffectiveStart, '') < max(coalesce(SkuPriceEffectiveEnd, '9999'))
            over (partition by {_KEY} order by coalesce(SkuPriceEffectiveStart, '')
            rows between unbounded preceding and 1 preceding)""",
        "insert into sku_price select * replace ('1999-12-31T00:00:00Z' as SkuPriceEffectiveStart, "
        "'2999-12-31T00:00:00Z' as SkuPriceEffectiveEnd) from sku_price limit 1",
    ),
    Rule(
        "a SKU price has one SKU",
        "select SkuPriceId from sku_price group by all having count(distinct SkuId) > 1",
        "insert into sku_price select * replace ('other' as SkuId, '1999-01-01T00:00:00Z' as SkuPriceEffectiveStart, "
        "'1999-01-02T00:00:00Z' as SkuPriceEffectiveEnd) from sku_price limit 1",
    ),
    *(_where(f"{name} is not null", f"{name} is null", _one(f"{name} = null")) for name in _MANDATORY),
    _where(
        "texts are neither empty nor blank",
        " or ".join(f"trim({name}) = ''" for name in _TEXTS),
        _one("PricingRegionId = ' '"),
    ),
    _where("the charge category is allowed", "ChargeCategory not in ('Usage', 'Purchase')",
        _one("ChargeCategory = 'Tax'", _USAGE)),
    _where("the currency category is allowed", "PricingCurrencyCategory not in ('Payable', 'Consumable')",
        _one("PricingCurrencyCategory = 'Cash'")),
    _where("a payable currency is one of ISO 4217",
        "PricingCurrencyCategory = 'Payable' and not regexp_matches(PricingCurrency, '^[A-Z]{3}$')",
        _one("PricingCurrency = 'usd'")),
    _where("the pricing unit has the unit format", f"not regexp_matches(PricingUnit, '{_UNIT}')",
        _one("PricingUnit = 'per hour'")),
    _where("usage has no duration", f"{_USAGE} and PurchaseDurationType is not null",
        _one("PurchaseDurationType = '1 Year'", _USAGE)),
    _where("a duration is a number and a unit of time",
        "not regexp_matches(PurchaseDurationType, '^[1-9][0-9]* (Minute|Hour|Day|Week|Month|Quarter|Year)s?$')",
        _one("PurchaseDurationType = 'one year'", _PURCHASE)),
    _where("usage has no payment model", f"{_USAGE} and PurchasePaymentModel is not null",
        _one("PurchasePaymentModel = 'No Upfront'", _USAGE)),
    _where("a purchase has a payment model", f"{_PURCHASE} and PurchasePaymentModel is null",
        _one("PurchasePaymentModel = null", _PURCHASE)),
    _where("the payment model is allowed",
        "PurchasePaymentModel not in ('No Upfront', 'Partial Upfront', 'All Upfront')",
        _one("PurchasePaymentModel = 'Monthly'", _PURCHASE)),
    _where("the kind of commitment is allowed", "CommitmentDiscountCategory not in ('Spend', 'Usage')",
        _one("CommitmentDiscountCategory = 'Money'", _PURCHASE)),
    _where("usage has no kind of commitment", f"{_USAGE} and CommitmentDiscountCategory is not null",
        _one("CommitmentDiscountCategory = 'Usage'", _USAGE)),
    _where("a purchase of a commitment says its kind", f"{_PURCHASE} and CommitmentDiscountCategory is null",
        _one("CommitmentDiscountCategory = null", _PURCHASE)),
    _where("usage has no applicability", f"{_USAGE} and CommitmentApplicability is not null",
        _one("""CommitmentApplicability = '{"IsComplexScope":true}'""", _USAGE)),
    _where("a purchase of a commitment says what it covers", f"{_PURCHASE} and CommitmentApplicability is null",
        _one("CommitmentApplicability = null", _PURCHASE)),
    _where("applicability is a JSON object", f"not ({_IS_JSON.format('CommitmentApplicability')})",
        _one("CommitmentApplicability = '[1]'", _PURCHASE)),
    _where("coverage is by exactly one of factor, discount and unit price",
        f"json_type(CommitmentApplicability) = 'OBJECT' and len(list_intersect(json_keys({_COVERAGE}), "
        "['Factor', 'Discount', 'UnitPrice'])) <> 1",
        _one("""CommitmentApplicability = '{"InclusionOperator":"Or","Inclusions":[{"Coverage":{"Factor":1,"UnitPrice":1}}]}'""",
            _PURCHASE)),
    _where("a commitment of spend has no factor",
        f"CommitmentDiscountCategory = 'Spend' and json_exists({_COVERAGE}, '$.Factor')",
        _one("CommitmentDiscountCategory = 'Spend'", f"{_PURCHASE} and CommitmentDiscountCategory = 'Usage'")),
    _where("a factor is greater than 0", f"json_extract({_COVERAGE}, '$.Factor')::double <= 0",
        _one("CommitmentApplicability = replace(CommitmentApplicability, '\"Factor\":', '\"Factor\":-')",
            "CommitmentApplicability like '%Factor%'")),
    _where("eligibility is a JSON object", f"not ({_IS_JSON.format('SkuPriceEligibility')})",
        _one("SkuPriceEligibility = 'true'")),
    _where("a public list price is for everybody",
        "ContractId is null and json_type(SkuPriceEligibility) = 'OBJECT' and "
        "json_extract(SkuPriceEligibility, '$.IsGlobalScope')::boolean is distinct from true",
        _one("""SkuPriceEligibility = '{"IsGlobalScope":false}'""")),
    _where("a price that is of no contract is a list price", "ContractId is null and UnitPriceType <> 'List'",
        _one("UnitPriceType = 'Base'")),
    _where("a price is not negative", "UnitPrice < 0", _one("UnitPrice = -UnitPrice - 1")),
    _where("a tier does not begin below 0", "QuantityTierMinimum < 0", _one("QuantityTierMinimum = -1")),
    _where("a tier ends above its beginning", "QuantityTierMaximum <= QuantityTierMinimum",
        _one("QuantityTierMaximum = QuantityTierMinimum")),
    *(
        _where(f"{name} has the format of times", f"not regexp_matches({name}, '{_TIME}')",
            _one(f"{name} = replace({name}, 'Z', '+00:00')", f"{name} is not null"))
        for name in ("SkuPriceCreated", "SkuPriceLastUpdated", "SkuPriceEffectiveStart", "SkuPriceEffectiveEnd")
    ),
    _where("a period ends after its beginning", "SkuPriceEffectiveEnd <= SkuPriceEffectiveStart",
        _one("SkuPriceEffectiveEnd = SkuPriceEffectiveStart")),
    _where("a record is not updated before it was created", "SkuPriceLastUpdated < SkuPriceCreated",
        _one("SkuPriceLastUpdated = '1999-01-01T00:00:00Z'")),
)  # fmt: skip
