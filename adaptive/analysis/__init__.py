"""Listening to somebody's own stems: what `adaptive new FOLDER --from STEMS` knows and says.

Nothing here runs while music plays and nothing here makes sound.  Every audio file is hostile
until it is read; what is found is a guess, and every guess carries the sentence that explains it.

Examples
--------
>>> from pathlib import Path
>>> from adaptive.analysis.proposal import propose, write_preset
>>> write_preset(propose(Path("my_stems")), Path("my_preset"))  # doctest: +SKIP
"""
