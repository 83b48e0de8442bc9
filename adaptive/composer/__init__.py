"""Generators: pure functions from a bar's context to its notes.  They never see frames, files or time."""
