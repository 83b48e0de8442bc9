"""Listens to a preset, and changes its text until it is mixed: what ``adaptive mix`` does.

Every proposal is rendered and measured before it is told; what does not bring the mix nearer is dropped.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adaptive.analysis.mix_controls import CONTROLS
from adaptive.analysis.mix_profile import layer_profile, profile_of
from adaptive.analysis.mix_proposal import (
    HELD,
    LIMIT,
    TONE_IDS,
    MixChange,
    figures,
    loudness_changes,
    proposed,
)
from adaptive.analysis.mix_reference import MixReference, average_reference
from adaptive.analysis.mix_roles import DRUMS, PERCUSSION, role_of
from adaptive.analysis.mix_search import WHOLE, HeardMix, MixModel
from adaptive.composer.genres.mixing import genres_of
from adaptive.engine.bank import Bank
from adaptive.errors import InputError
from adaptive.preset.key_path import KeyPath
from adaptive.preset.load import FILE_NAME, read
from adaptive.preset.mix_text import insert_settings, with_insert, with_level
from adaptive.preset.model import Preset
from adaptive.preset.toml_edit import PlaceError
from adaptive.preset.toml_text import text_of
from adaptive.session.listening import RATE, render_section, ways_into
from adaptive.session.performance import vocabulary
from adaptive.session.playable import require_playable

HEARD_S = 20.0
"""So much of each section is rendered."""

MOST_ROUNDS = 4
LEAST_GAIN = 0.03
"""Share of the distance by which a round has to bring the mix nearer."""

MIDDLE_HZ = {one.kind: one for one in CONTROLS if one.is_tone}


@dataclass(frozen=True)
class Mixed:
    """What `mix_preset` found.

    Attributes
    ----------
    before_text, text : str
        The preset's file as it was, and with all changes.
    changes : list of MixChange
        The changes, each with its reason.
    before, after : Mapping
        Figures of the mix, as `figures` tells them.
    sections : tuple of str
        The sections that were heard.
    unheard : tuple of str
        Those that could not be played.
    reference : MixReference
        What it was compared with.
    left : tuple of str
        What is outside its range afterwards, in words.
    """

    before_text: str
    text: str
    changes: list[MixChange]
    before: Mapping[str, float]
    after: Mapping[str, float]
    sections: tuple[str, ...]
    unheard: tuple[str, ...]
    reference: MixReference
    left: tuple[str, ...]


def mix_preset(
    preset: Preset,
    wanted: MixReference | None,
    amount: float,
    prepare: Callable[[Preset], object] = lambda _preset: None,
    tell: Callable[[float], None] = lambda _share: None,
) -> Mixed:
    """Find the changes that bring the mix of a preset to a reference.

    Parameters
    ----------
    preset : Preset
        The preset; its file is read again, and not written.
    wanted : MixReference or None
        What it is compared with; None: the published average, as the genre of the preset has it.
    amount : float
        How far what is outside is brought inside, 0 to 1.
    prepare : callable
        Is given each preset before it is rendered.
    tell : callable
        Is given the share of the work that is done.

    Raises
    ------
    InputError
        Nothing sounds, or the text cannot be changed.
    """
    text = text_of((preset.folder / FILE_NAME).read_bytes())
    original, bank = text, Bank(RATE)
    ways = ways_into(preset)
    done = 0

    def heard_of(shown: Preset) -> list[HeardMix]:
        nonlocal done
        prepare(shown)
        found = []
        for name, beginning in ways.items():
            mix, layers = render_section(shown, name, beginning, bank, HEARD_S)
            measured = {layer: layer_profile(audio, RATE) for layer, audio in layers.items()}
            found.append(HeardMix(name, profile_of([mix], RATE), measured))
            done += 1
            tell(min(1.0, done / (len(ways) * (MOST_ROUNDS + 1))))
        return found

    heard = heard_of(preset)
    if all(one.whole.lufs is None for one in heard):
        message = "nothing sounds: each section is silent, or shorter than 0.4 s"
        raise InputError(message)
    roles = roles_of(preset, heard)
    reference = wanted or reference_of(preset, heard, roles)
    model = MixModel(heard, roles, reference, amount, _turned(text, []))
    before = figures(heard, model)
    now = before
    changes: list[MixChange] = []

    def try_round(made: list[MixChange]) -> bool:
        """Render the preset with some more changes; keep them if they bring the mix nearer."""
        nonlocal text, heard, model, now
        if not made:
            return False
        new_text = with_changes(text, made)
        new_heard = heard_of(_read(preset, new_text))
        turned = _turned(new_text, [*changes, *made])
        new_model = MixModel(new_heard, roles, reference, amount, turned)
        after = figures(new_heard, new_model)
        if not _is_better(now, after, reference):
            return False
        text, heard, model, now = new_text, new_heard, new_model, after
        changes.extend(made)
        return True

    for _ in range(MOST_ROUNDS):
        if not try_round(proposed(heard, model, _held_layers(text))):
            break
    try_round(loudness_changes(model, {}, _held_layers(text)))
    unheard = tuple(name for name in preset.file.sections if name not in ways)
    order = ["", *preset.file.layers]
    merged = sorted(merged_changes(changes), key=lambda one: order.index(one.layer))
    return Mixed(original, text, merged, before, now, tuple(ways), unheard, reference, tuple(model.outside()))


def _is_better(now: Mapping[str, float], after: Mapping[str, float], reference: MixReference) -> bool:
    """Whether a round has brought the mix nearer; of two that are as near, the one that is loud enough."""
    low, high = reference.lufs
    gained = now["distance"] - after["distance"]
    if gained < -0.05:
        return False
    too_loud = [max(low - one["lufs"], one["lufs"] - high, 0.0) for one in (now, after)]
    return gained > max(LEAST_GAIN * now["distance"], 0.02) or too_loud[1] < too_loud[0] - 0.3


def roles_of(preset: Preset, heard: Sequence[HeardMix]) -> dict[str, str]:
    """The role of each layer."""
    found = {}
    for name, table in preset.file.layers.items():
        profiles = [one.layers[name] for one in heard if name in one.audible()]
        style = table.style if isinstance(table.style, str) else ""
        found[name] = role_of(name, table.generator, style, profiles[0] if profiles else None)
    return found


def reference_of(preset: Preset, heard: Sequence[HeardMix], roles: Mapping[str, str]) -> MixReference:
    """The published average as the genre of a preset has it, or as much percussion as it has."""
    styles = tuple(
        table.style for table in preset.file.layers.values()
        if isinstance(table.style, str) and roles.get(table.generator or "") != DRUMS
    )  # fmt: skip
    genres = genres_of(styles)
    if genres:
        return average_reference(max(genres, key=lambda pair: pair[1])[0].name)
    drums = [
        one.below_lu(name)
        for one in heard for name in one.audible() if roles[name] in {DRUMS, PERCUSSION}
    ]  # fmt: skip
    return average_reference("", 1.0 if max(drums, default=-70.0) > -12.0 else -1.0 if not drums else 0.0)


def with_changes(text: str, changes: Sequence[MixChange]) -> str:
    """The text of a preset with changes.

    Raises
    ------
    InputError
        A table of it cannot be added to.
    """
    try:
        for one in changes:
            text = _with_change(text, one)
    except PlaceError as error:
        raise InputError(str(error)) from None
    return text


def _with_change(text: str, one: MixChange) -> str:
    owner: KeyPath = ("layers", one.layer) if one.layer else ("master",)
    if one.kind == "level":
        return with_level(text, one.layer, one.settings["level_db"])
    name = TONE_IDS[one.kind]
    now = insert_settings(tomllib.loads(text), owner, name)
    if one.kind == "tone":
        settings: dict[str, Any] = {}
        for key, value in one.settings.items():
            control = MIDDLE_HZ[key]
            stem = key.removesuffix("_db")
            settings[f"{stem}_hz"] = control.hz
            settings[key] = round(now.get(key, 0.0) + value, 1)
            if control.shape == "bell":
                settings[f"{stem}_q"] = control.q
        return with_insert(text, owner, "eq", name, settings)
    if one.kind == "width":
        width = now.get("width", 1.0) * 10.0 ** (one.settings["width_db"] / 20.0)
        return with_insert(text, owner, "width", name, {"width": round(min(2.0, width), 2)})
    if one.kind == LIMIT:
        gain = round(min(24.0, now.get("gain_db", 0.0) + one.settings["gain_db"]), 1)
        return with_insert(text, owner, "limiter", name, {**one.settings, "gain_db": gain})
    return with_insert(text, owner, "compressor", name, one.settings)


def merged_changes(changes: Sequence[MixChange]) -> list[MixChange]:
    """Changes of several rounds, those of the same thing as one; each keeps its first reason."""
    merged: dict[tuple[str, str], MixChange] = {}
    for one in changes:
        before = merged.get((one.layer, one.kind))
        if before is None or one.kind == HELD:
            merged[one.layer, one.kind] = one
            continue
        if one.kind == LIMIT:
            gain = round(before.settings["gain_db"] + one.settings["gain_db"], 1)
            merged[one.layer, LIMIT] = replace(before, settings={**before.settings, "gain_db": gain})
            continue
        total = {key: round(before.settings.get(key, 0.0) + one.settings.get(key, 0.0), 2)
                 for key in {**before.settings, **one.settings}}  # fmt: skip
        merged[one.layer, one.kind] = replace(
            before, settings={key: value for key, value in total.items() if value}
        )
    return [one for one in merged.values() if one.settings]


def _turned(text: str, changes: Sequence[MixChange]) -> dict[tuple[str, str], float]:
    """Tones and widths that earlier runs have turned already, and levels of this run."""
    document = tomllib.loads(text)
    found = {}
    owners: dict[str, KeyPath] = {layer: ("layers", layer) for layer in document.get("layers", {})}
    for name, owner in {**owners, WHOLE: ("master",)}.items():
        tone = insert_settings(document, owner, TONE_IDS["tone"])
        found.update({(name, key): value for key, value in tone.items() if key in MIDDLE_HZ})
        width = insert_settings(document, owner, TONE_IDS["width"]).get("width", 1.0)
        found[name, "width"] = 20.0 * math.log10(max(width, 0.1))
    for one in merged_changes(changes):
        if one.kind == "level":
            found[one.layer, "level"] = one.settings["level_db"]
    return found


def _held_layers(text: str) -> frozenset[str]:
    document = tomllib.loads(text)
    owners: dict[str, KeyPath] = {layer: ("layers", layer) for layer in document.get("layers", {})}
    owners[WHOLE] = ("master",)
    return frozenset(name for name, at in owners.items() if insert_settings(document, at, TONE_IDS[HELD]))


def _read(preset: Preset, text: str) -> Preset:
    return require_playable(read(text.encode(), preset.folder, vocabulary()))
