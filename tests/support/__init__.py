"""What tests share: small worlds, servers, golden files and scorecards."""
