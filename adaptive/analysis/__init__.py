"""Analyses a folder of stems and proposes a preset: `adaptive new FOLDER --from STEMS`.

The analysis runs offline, never while music plays.  Audio files are checked before they are trusted.  Tempo,
beat 1 and length are estimates, and each estimate has a sentence that explains it.

Examples
--------
>>> from pathlib import Path
>>> from adaptive.analysis.proposal import propose, write_preset
>>> write_preset(propose(Path("my_stems")), Path("my_preset"))  # doctest: +SKIP
"""
