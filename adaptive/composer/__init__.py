"""Generators: pure functions that map the context of a bar to its notes.  They know no frames or files."""
