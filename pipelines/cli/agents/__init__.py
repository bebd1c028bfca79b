"""Answers for programs that speak the Model Context Protocol: each with its receipts and a citation."""
