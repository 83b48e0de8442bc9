"""Run by the peers' own Python, in ``build/peers/venv``; each prints the share it measured and a level."""
