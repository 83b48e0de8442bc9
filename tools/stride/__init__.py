"""Renders the stems of the preset *stride*: ``python -m tools.stride``.

The notes are in `tools.stride.score`; patches and kits are those that are built in.
"""
