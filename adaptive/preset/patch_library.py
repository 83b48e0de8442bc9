"""The factory patches of `patches.toml`: instruments by name, or by a role and words.

Examples
--------
>>> library()["pad_wide"].role
'pad'
>>> find("bass_dark").name
'bass_round'
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from adaptive.preset.instrument_tables import Instrument, SourceTable

FILE = Path(__file__).with_name("patches.toml")
MOST_WORDS = 2
"""Words behind a role by which a preset may ask for a patch."""

SYNTH_PATCHES = frozenset({
    "arp_pluck", "bass_deep", "bass_pluck", "bass_upright", "bell", "brass_low", "cello", "choir",
    "drone_dark", "electric_piano", "fiddle", "flute", "guitar_clean", "guitar_drive",
    "guitar_lead", "guitar_nylon", "lead_soft", "organ", "pad_glass", "pad_warm", "piano_soft",
    "reed", "reese", "saw_stab", "strings_short", "strings_slow", "sub_bass",
})  # fmt: skip
"""Names of the synthesiser's own patches, `instruments.patches.PATCHES`: what they name stays."""


@dataclass(frozen=True, slots=True)
class FactoryPatch:
    """A factory patch.

    Parameters
    ----------
    name : str
        Its name.
    role : str
        What it plays: ``"bass"`` …
    words : tuple of str
        What it sounds like: ``"dark"`` …; the first says most.
    range : (int, int)
        Lowest and highest MIDI number for which it was made.
    instrument : SourceTable
        The instrument.
    edition : int
        With which it came, from 1 on: what a preset named by role and words keeps its sound.
    """

    name: str
    role: str
    words: tuple[str, ...]
    range: tuple[int, int]
    instrument: SourceTable
    edition: int = 1


@lru_cache(maxsize=1)
def _read() -> dict[str, dict[str, Any]]:
    """The patches as they are written."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def library() -> Mapping[str, FactoryPatch]:
    """All factory patches, by name."""
    return {
        name: FactoryPatch(
            name, one["role"], tuple(one["words"]), (one["range"][0], one["range"][1]),
            msgspec.convert(one["instrument"], Instrument, strict=False), one.get("edition", 1),
        )
        for name, one in _read().items()
    }  # fmt: skip


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """Every name by which a patch may be asked for, and that of the patch.

    Beside its own, a patch has its role with one or two of its words in any order, as ``pad_dark_soft``.
    Where several patches have them, it is one of the earliest edition, and of these the one for which they
    come first.
    """
    best: dict[str, tuple[tuple[int, int], str]] = {}
    for patch in library().values():
        for count in range(1, MOST_WORDS + 1):
            for words in itertools.permutations(patch.words, count):
                asked = "_".join((patch.role, *words))
                rank = patch.edition, sum(map(patch.words.index, words))
                if asked not in best or rank < best[asked][0]:
                    best[asked] = rank, patch.name
    made = {asked: name for asked, (_, name) in best.items() if asked not in SYNTH_PATCHES}
    return made | {name: name for name in library()}


def find(asked: str) -> FactoryPatch | None:
    """The patch of a name, or of a role and words; None: there is none."""
    name = names().get(asked)
    return None if name is None else library()[name]


def with_bases(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document whose instruments with a `base` among the patches begin with that patch.

    Keys are merged before the file is read, so that a key that is written counts even where it has its
    default.  A base that does not exist, or is of another kind, is left alone: `check` tells of it.
    """
    made = dict(document)
    if isinstance(tables := document.get("instruments"), dict):
        made["instruments"] = {name: _with_base(table) for name, table in tables.items()}
    if isinstance(layers := document.get("layers"), dict):
        made["layers"] = {
            name: layer | {"instrument": _with_base(layer["instrument"])}
            if isinstance(layer, dict) and isinstance(layer.get("instrument"), dict)
            else layer
            for name, layer in layers.items()
        }
    return made


def _with_base(table: Any) -> Any:
    base = table.get("base") if isinstance(table, dict) else None
    name = names().get(base) if isinstance(base, str) else None
    if name is None:
        return table
    patch = _read()[name]["instrument"]
    return patch | table if table.get("kind", patch["kind"]) == patch["kind"] else table
