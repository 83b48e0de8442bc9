"""Compares this engine with other engines ("peers"): the same work, in one run on one machine."""
