"""Scripts for the peers' Python in ``build/peers/venv``; each prints the share it measured and a level."""
