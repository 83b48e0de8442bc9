"""Benchmarks: the share of a core that the engine takes, and how it grows with the work."""
