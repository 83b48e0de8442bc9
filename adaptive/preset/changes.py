"""Describes in a few words what differs between two versions of a preset, for the log and receipts."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset.schema import PresetFile

NAMED = {
    "parameters": "parameter",
    "states": "state group",
    "instruments": "instrument",
    "layers": "layer",
    "sections": "section",
    "playlists": "playlist",
    "bridges": "bridge",
    "fills": "fill",
    "stingers": "stinger",
}
WHOLE = {
    "inputs": "the inputs were",
    "tempo_follow": "the following of the tempo was",
    "select": "the select lines were",
    "transitions": "the transitions were",
    "reverb": "the reverb was",
    "credits": "the credits were",
    "name": "the name was",
    "tempo_bpm": "the tempo was",
    "meter": "the meter was",
    "key": "the key was",
    "seed": "the seed was",
    "level_db": "the level was",
    "master": "the master was",
}
MOST = 4
"""The most names that are listed; of more, only the number is given."""


def changes(before: PresetFile, after: PresetFile) -> list[str]:
    """Return what was added, removed or changed, one phrase for each kind of table.

    Comments and formatting do not count: the list is empty if only these differ.

    Examples
    --------
    ``["layers bass and drums were added", "section calm was changed", "the tempo was changed"]``
    """
    found = []
    for field, word in NAMED.items():
        old, new = getattr(before, field), getattr(after, field)
        found += [
            _phrase(word, names, what)
            for what, names in (
                ("added", [name for name in new if name not in old]),
                ("removed", [name for name in old if name not in new]),
                ("changed", _changed(old, new)),
            )
            if names
        ]
    whole = [words for field, words in WHOLE.items() if getattr(before, field) != getattr(after, field)]
    return [*found, *(f"{words} changed" for words in whole)]


def _changed(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return [name for name in new if name in old and old[name] != new[name]]


def _phrase(word: str, names: list[str], what: str) -> str:
    if len(names) == 1:
        return f"{word} {names[0]} was {what}"
    if len(names) > MOST:
        return f"{len(names)} {word}s were {what}"
    return f"{word}s {', '.join(names[:-1])} and {names[-1]} were {what}"
