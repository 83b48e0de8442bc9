"""Processors: effects of clips and buses, one file for each kind."""
