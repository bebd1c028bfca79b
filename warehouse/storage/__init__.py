"""Files of the state directory: landing, ledger, database connections."""
