"""Processors: what changes the sound of a strip or a bus, one file a kind."""
