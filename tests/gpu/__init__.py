"""Measurements of accelerators themselves, for checking the cost model's constants; none runs with the tests."""
