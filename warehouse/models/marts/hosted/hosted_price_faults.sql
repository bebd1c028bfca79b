-- Hosted prices that the gate doubts, each with the rule, its reason, what it was compared with and the receipt. Held:
-- not published; a person releases or rejects it by its statement_id (`gpuhour quarantine`).
-- materialized: table
-- key: statement_id
-- columns:
--   status: held, released (something confirms it, from confirmed_on on, or a person said so) or rejected
--   what: stated, or before: the price that a change replaced
--   usd_per_m_tokens: USD per million tokens, as read
--   against: the figure it was compared with, in the same unit; of token_limit a number of tokens
select
    statement_id, verdicts.rule, verdicts.status, known_on, host, hosted_model, model, kind, above_tokens, hours_utc,
    usd_per_m_tokens, verdicts.against, verdicts.reason, verdicts.confirmed_on, what, list, origin, stated_host,
    said_at,
    source_url, sha256, text
from intermediate.hosted_verdicts as verdicts
join intermediate.hosted_statements using (statement_id)
order by known_on, host, hosted_model, kind, above_tokens, statement_id
