"""The notes of the stems of *nightfall*, and the programs that render them.

``python -m tools.nightfall`` writes ``presets/nightfall/stems``; ``python -m tools.nightfall.look``
measures them and draws pictures.
"""
