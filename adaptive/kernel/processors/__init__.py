"""Processors: effects of a strip or a bus, one file for each kind."""
