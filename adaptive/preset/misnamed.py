"""Finds out which key was meant by one that a table does not have."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Collection, Iterator

from msgspec import inspect

from adaptive.preset.faults import hint, nearest
from adaptive.preset.instead import LARGEST_NUMBER
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Table

OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "bpm": ("tempo_bpm",),
    "title": ("name",),
    "time_signature": ("meter",),
    "volume": ("level_db",),
    "gain": ("level_db",),
    "balance": ("pan",),
    "reverb": ("reverb_db",),
    "file": ("stem",),
    "files": ("stem",),
    "audio": ("stem",),
    "sample": ("stem",),
    "sound": ("stem",),
    "wav": ("stem",),
    "path": ("stem",),
    "if": ("when",),
    "condition": ("when",),
    "bars": ("length_bars", "every_bars"),
    "beats": ("length_beats", "every_beats"),
    "sec": ("seconds",),
    "start": ("enter_at",),
    "quantize": ("exit_at", "play_at"),
    "sync": ("exit_at", "play_at"),
    "crossfade": ("fade_out",),
    "source": ("from",),
    "target": ("to",),
    "on": ("play_at",),
    "smooth_s": ("rise_s",),
    "smoothing": ("rise_s",),
    "attack_s": ("rise_s",),
    "release_s": ("fall_s",),
    "min": ("range",),
    "max": ("range",),
    "initial": ("default",),
    "formula": ("value",),
    "expression": ("value",),
    "address": ("osc",),
    "options": ("values",),
    "tracks": ("layers",),
    "stems": ("stem", "layers"),
    "scene": ("section",),
    "scenes": ("sections",),
    "cues": ("sections",),
    "music": ("sections",),
    "rules": ("transitions",),
    "variables": ("parameters",),
    "params": ("parameters",),
    "events": ("stingers",),
    "event": ("stingers",),
    "sfx": ("stingers",),
    "osc": ("inputs",),
}
"""Words of other programs, and the keys of ours that mean the same; the first that the table has counts."""

UNITS: dict[tuple[str, str], float] = {
    ("ms", "s"): 0.001,
    ("s", "ms"): 1000.0,
    ("sec", "s"): 1.0,
    ("seconds", "s"): 1.0,
    ("khz", "hz"): 1000.0,
    ("percent", "db"): 0.0,
}
"""The factor from one unit at the end of a key to another; 0 where there is none."""

FADES = frozenset({"fade_in", "fade_out"})
FADE_UNITS: dict[str, tuple[str, float]] = {
    "s": ("seconds", 1.0),
    "sec": ("seconds", 1.0),
    "seconds": ("seconds", 1.0),
    "ms": ("seconds", 0.001),
    "beats": ("beats", 1.0),
    "bars": ("bars", 1.0),
}
"""Keys whose value is a length in a unit of its own, and the units that others put at the end of the key."""

_ALMOST = 0.8
"""A key that is so similar is a slip of the pen, even where another table has the key as it was written."""
_SHOWN_OWNERS = 3


def meaning(
    key: str,
    raw: object,
    options: Collection[str],
    missing: Collection[str],
    whole: type[Table] = PresetFile,
) -> tuple[str, str]:
    """Return the key of the table that was meant, or an empty text, and the sentence for the fault.

    Parameters
    ----------
    key : str
        A key that the table does not have.
    raw : object
        Its value.
    options : collection of str
        The keys that the table may have.
    missing : collection of str
        Those of them that it must have and does not.
    whole : type
        The struct of the whole file, whose other tables may have the key.
    """
    plain = key.lower().replace("-", "_").replace(" ", "_")
    no_key = "is not a key of this table"
    if right := next((name for name in OTHER_WORDS.get(plain, ()) if name in options), ""):
        return right, f"{no_key}; write {_in_decibels(raw) if right == 'level_db' else f'`{right}`'}"
    right = _same_but_unit(plain, options)
    if right and isinstance(raw, int | float) and abs(raw) <= LARGEST_NUMBER:
        return right, f"{no_key}; write {_converted(plain, right, raw)}"
    base, _, unit = plain.rpartition("_")
    if base in FADES & set(options) and unit in FADE_UNITS and isinstance(raw, int | float):
        length = f"{{ {FADE_UNITS[unit][0]} = {raw * FADE_UNITS[unit][1]:.12g} }}"
        return "", f"{no_key}; write `{base} = {length}`"
    near = nearest(plain, options)
    is_almost = is_slip(plain, options)
    owners = [] if is_almost else _owners(whole).get(plain, [])
    if owners and near not in missing:
        return "", f"{no_key}; it belongs {_places(owners)}"
    if near:
        return near, f"{no_key}; did you mean `{near}`?"
    if len(missing) == 1:
        (right,) = missing
        return right, f"{no_key}, which needs `{right}`"
    return "", no_key + hint(key, options)


def is_slip(key: str, options: Collection[str]) -> bool:
    """Return whether a key is so like one of the options that it is a slip of the pen."""
    near = nearest(key, options)
    return bool(near) and difflib.SequenceMatcher(None, key, near).ratio() >= _ALMOST


def _in_decibels(raw: object) -> str:
    """Return what to write for a volume: a factor between 0 and 1 becomes decibels."""
    if isinstance(raw, int | float) and 0.0 < raw <= 1.0:
        return f"`level_db = {20.0 * math.log10(raw):.1f}`, in decibels"
    return "`level_db`, in decibels"


def _same_but_unit(key: str, options: Collection[str]) -> str:
    """Return the option that differs only in its unit, such as `rise_s` for `rise_ms`."""
    base, _, unit = key.rpartition("_")
    alike = {(old, new): f"{base}_{new}" for old, new in UNITS if old == unit}
    return next((name for name in alike.values() if base and name in options), "")


def _converted(key: str, right: str, raw: float) -> str:
    factor = UNITS[key.rpartition("_")[2], right.rpartition("_")[2]]
    return f"`{right} = {raw * factor:.12g}`" if factor else f"`{right}`, in decibels"


def _places(owners: list[str]) -> str:
    top = [TOP] if TOP in owners else []
    tables = [f"`{one}`" for one in owners if one != TOP]
    shown = tables[: _SHOWN_OWNERS - len(top)]
    inside = [f"in {' or '.join(shown)}{' and others' if len(tables) > len(shown) else ''}"] if shown else []
    return ", or ".join([*top, *inside])


def group_of(key: str, raw: object, whole: type[Table] = PresetFile) -> str:
    """Return the group in which a table at the top of the file was meant to be, or an empty text.

    `[drums]` with a `stem` was meant to be `[layers.drums]`.
    """
    if not isinstance(raw, dict) or not raw:
        return ""
    kind_of_all = inspect.type_info(whole)
    assert isinstance(kind_of_all, inspect.StructType)
    groups = {field.encode_name: field.type for field in kind_of_all.fields}
    for name in (name for name in ("layers", *groups) if name in groups):
        group = groups[name]
        value = group.value_type if isinstance(group, inspect.DictType) else None
        kinds = value.types if isinstance(value, inspect.UnionType) else (value,)
        for kind in (one for one in kinds if isinstance(one, inspect.StructType)):
            has = {field.encode_name for field in kind.fields}
            needs = {field.encode_name for field in kind.fields if field.required}
            if needs <= raw.keys() <= has:
                return name
    return ""


TOP = "at the top of the file, above the first table"


@functools.cache
def _owners(whole: type[Table] = PresetFile) -> dict[str, list[str]]:
    """Return the places of the file that have each key."""
    owners: dict[str, list[str]] = {}
    kind = inspect.type_info(whole)
    for key, place in _keys_of(kind, ""):
        found = owners.setdefault(key, [])
        if place not in found:
            found.append(place)
    return owners


def _keys_of(kind: inspect.Type, place: str) -> Iterator[tuple[str, str]]:
    """Yield each key below a type, with the words for the table it is in."""
    match kind:
        case inspect.UnionType(types=types):
            for one in types:
                yield from _keys_of(one, place)
        case inspect.DictType(value_type=inner):
            yield from _keys_of(inner, f"[{place}.NAME]")
        case inspect.VarTupleType(item_type=inner):
            yield from _keys_of(
                inner, f"[[{place}]]" if "{" not in place else place.replace("{ … }", "[{ … }]")
            )
        case inspect.StructType(fields=fields):
            for field in fields:
                yield field.encode_name, place or TOP
            for field in fields:
                yield from _keys_of(field.type, _inside(field, place))


def _inside(field: inspect.Field, place: str) -> str:
    """Return the words for the table that is the value of a key."""
    if place:
        return f"{field.encode_name} = {{ … }}"
    is_table = isinstance(field.type, inspect.StructType)
    return f"[{field.encode_name}]" if is_table else field.encode_name
