"""The Python API: play, render, and handles for what plays.  `adaptive/__init__.py` has the public names."""
