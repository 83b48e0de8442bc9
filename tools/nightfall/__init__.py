"""The preset *nightfall*: its score, note by note, and the studio that renders its stems.

``python -m tools.nightfall`` writes ``presets/nightfall/stems``; ``python -m tools.nightfall.look``
measures them and draws pictures.
"""
