"""Presets: reads, checks and explains a preset's file, and evaluates its expressions with hysteresis.

Nothing here makes sound.
"""
