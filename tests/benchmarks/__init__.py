"""Measurements that `make bench` runs; none runs with the tests."""
