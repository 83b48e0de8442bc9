"""Sorts sections from calm to intense, and layers from harmony to drums, by the words in their names."""

from __future__ import annotations

from collections.abc import Iterable

from adaptive.analysis.names import word_set

# Words that say how intense a section is; a name without any of them lies between calm and intense.
_FRONT = word_set("menu title intro")
_CALM = word_set(
    "calm peace peaceful idle rest safe shelter explore exploration ambient "
    "ambience village town camp night verse slow slower"
)
_INTENSE = word_set("combat battle fight action chase danger alarm boss chorus fast faster")
_END = word_set("outro ending credits victory win defeat lose gameover")

# The intensity adds layers in this order, so the harmony plays alone first and the drums enter last.
_HARMONY = word_set(
    "pad pads drone drones atmos ambience strings string music choir chords keys piano organ harmony"
)
_BASS = word_set("bass sub subbass contrabass cello cellos")
_RHYTHM = word_set(
    "drum drums kick snare hat hats hihat hihats perc percussion tom toms cymbal cymbals shaker "
    "clap claps beat beats groove"
)


def section_order(names: Iterable[str]) -> list[str]:
    """Sort sections: menus, calm, unknown, intense, endings; each group in alphabetical order.

    Examples
    --------
    >>> section_order(["victory", "boss_2", "forest", "calm", "menu"])
    ['menu', 'calm', 'forest', 'boss_2', 'victory']
    """
    ranks = {4: _END, 3: _INTENSE, 0: _FRONT, 1: _CALM}
    return sorted(names, key=lambda name: (_rank(name, ranks, otherwise=2), name))


def layer_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sort layers: harmony, bass, unknown, rhythm; each group in alphabetical order.

    Examples
    --------
    >>> layer_order(["drums", "guitar", "bass", "soft_pad"])
    ('soft_pad', 'bass', 'guitar', 'drums')
    """
    ranks = {3: _RHYTHM, 0: _HARMONY, 1: _BASS}
    return tuple(sorted(names, key=lambda name: (_rank(name, ranks, otherwise=2), name)))


def _rank(name: str, ranks: dict[int, frozenset[str]], otherwise: int) -> int:
    """Return the rank of the first set that shares a word with a name."""
    parts = set(name.split("_"))
    return next((rank for rank, known in ranks.items() if known & parts), otherwise)
