"""Benchmarks: each prints ratios against a baseline taken in the same run, and asserts nothing about time."""
