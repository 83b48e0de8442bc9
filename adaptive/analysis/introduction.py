"""Finds introductions: what a file holds before the loop that is marked in it, and files named after one.

Loops are marked in the chunks of WAV files and in the comments of Ogg and FLAC files.  A file named
``theme_intro`` beside ``theme_loop`` (or ``theme``) sounds once before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adaptive.analysis.grid import LOOP_TOLERANCE_S
from adaptive.analysis.loop import Extent, sentence_tail
from adaptive.analysis.model import PassedOver, SectionProposal
from adaptive.analysis.names import DEFAULT_LAYER, NamedStem
from adaptive.analysis.order import layer_order

_WORD = re.compile(r"[^a-z0-9]+|(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")

# The layer of a file whose name says nothing but its section and *intro*.
_LONE = re.compile(r"intro(?:_\d+)?")

CLOSE = 0.005
"""How far the tempo found from onsets may be from the one that the marked loop gives."""

NEAR_BEATS = 0.1
"""How far the marked loop may be from a whole number of beats: marks are set by eye."""

REPLACED = ("Beat 1:", "Length:", "Tail:")
"""Notes about the whole file, which are wrong where only a part of it loops."""


def pair_files(files: Sequence[Path]) -> dict[Path, Path]:
    """Return the file of each introduction, by the file of the loop that it belongs to.

    Examples
    --------
    >>> pairs = pair_files([Path("drums_intro.wav"), Path("drums_loop.wav"), Path("intro_outro.wav")])
    >>> {loop.name: intro.name for loop, intro in pairs.items()}
    {'drums_loop.wav': 'drums_intro.wav'}
    """
    words = {path: [word for word in _WORD.split(path.stem.lower()) if word] for path in files}
    loops = {
        (path.parent, *_without(found, "loop")): path for path, found in words.items() if "intro" not in found
    }
    pairs: dict[Path, Path] = {}
    for path, found in words.items():
        loop = loops.get((path.parent, *_without(found, "intro"))) if "intro" in found else None
        if loop is not None and loop not in pairs:
            pairs[loop] = path
    return pairs


def pair_sections(
    sections: Mapping[str, Sequence[NamedStem]], pairs: Mapping[Path, Path]
) -> tuple[dict[str, list[NamedStem]], dict[Path, Path], list[PassedOver]]:
    """Find the files whose names make them the introduction of a section, and of none of its layers.

    ``village_intro`` beside ``village_drums`` and ``village_pad`` is one.  The first layer of the section
    plays it, harmony before drums, that has no introduction of its own.

    Parameters
    ----------
    sections : mapping of str to sequence of NamedStem
        The files that loop, by section.
    pairs : mapping of Path to Path
        What `pair_files` returned.

    Returns
    -------
    sections : dict of str to list of NamedStem
        Without these files, and without the sections that held nothing else.
    pairs : dict of Path to Path
        The file of each of these introductions, by the file of the loop before which it is played.
    passed_over : list of PassedOver
        Those that no layer can play.
    """
    kept: dict[str, list[NamedStem]] = {}
    found: dict[str, list[NamedStem]] = {}
    for name, stems in sections.items():
        intros = [stem for stem in stems if _LONE.fullmatch(stem.layer)]
        owner = name
        if len(stems) == 1 and stems[0].layer == DEFAULT_LAYER:
            owner = re.sub(r"^intro_|_intro$", "", name)
            intros = list(stems) if owner != name and owner in sections else []
        intros = [stem for stem in intros if not says_it_holds_one(stem.path)]
        rest = [stem for stem in stems if stem not in intros]
        if rest or owner != name:
            found.setdefault(owner, []).extend(intros)
        else:
            rest = list(stems)
        if rest:
            kept[name] = rest
    paired: dict[Path, Path] = {}
    passed_over: list[PassedOver] = []
    for name, intros in found.items():
        loops = {stem.layer: stem.path for stem in reversed(kept[name])}
        owned = {stem.layer for stem in kept[name] if stem.path in pairs or says_it_holds_one(stem.path)}
        free = [layer for layer in layer_order(loops) if layer not in owned]
        paired |= {loops[layer]: intro.path for layer, intro in zip(free[:1], intros, strict=False)}
        why = "the name says intro, but no layer of its section can play it: give it the name of its layer"
        passed_over += [PassedOver(intro.path, why) for intro in intros if intro.path not in paired.values()]
    return kept, paired, passed_over


def _without(words: Sequence[str], gone: str) -> list[str]:
    return [word for word in words if word != gone]


def with_introduction(
    found: SectionProposal, meter: int, extents: Sequence[Extent], pairs: Mapping[Path, Path]
) -> SectionProposal:
    """Return a section with the introduction that its files' names or marks state.

    Parameters
    ----------
    found : SectionProposal
        The section, estimated from the whole files.
    meter : int
        Beats of a bar.
    extents : sequence of Extent
        The length of each file, and the loop that is marked in it.
    pairs : mapping of Path to Path
        What `pair_files` returned.
    """
    named = _named(found, pairs)
    return named if named.intros else _marked(found, meter, extents)


def _named(found: SectionProposal, pairs: Mapping[Path, Path]) -> SectionProposal:
    intros: dict[str, Path] = {}
    notes = list(found.notes)
    for layer, paths in found.files.items():
        loop = next((one for one in paths if one in pairs), None)
        if loop is None:
            continue
        path = intros[layer] = pairs[loop]
        if pair_files([loop, path]):
            notes.append(f"Introduction: {path.name} sounds once before {paths[0].name}, as the names say.")
        else:
            notes.append(
                f"Introduction: {path.name} sounds once before the loop of its section, as its name says; the"
                f" layer of {loop.name} plays it, and the other layers begin with the loop."
            )
    return replace(found, intros=intros, notes=tuple(notes))


def _marked(found: SectionProposal, meter: int, extents: Sequence[Extent]) -> SectionProposal:
    longest = max(extents, key=lambda extent: (extent.loop_s is not None, extent.length_s))
    if longest.loop_s is None:
        return found
    begins_s, ends_s = longest.loop_s
    length_s = ends_s - begins_s
    exact = length_s * found.tempo_bpm / 60.0
    beats = round(exact)
    if not beats or abs(exact - beats) > NEAR_BEATS:
        return found
    bpm = 60.0 * beats / length_s
    bpm = bpm if abs(bpm / found.tempo_bpm - 1.0) < CLOSE else found.tempo_bpm
    if abs(bpm - round(bpm)) * length_s / bpm < LOOP_TOLERANCE_S:
        bpm = float(round(bpm))
    period_s = 60.0 / bpm
    first_s = found.first_beat_s if found.first_beat_s < begins_s - 0.5 * period_s else 0.0
    intro = round((begins_s - first_s) / period_s)
    if intro < 1:
        return found
    first_s = max(0.0, begins_s - intro * period_s)
    notes = [note for note in found.notes if not note.startswith(REPLACED)]
    notes.append(
        f"Introduction: {_length(intro, meter)}, then a loop of {_length(beats, meter)}: the file marks a"
        f" loop from {begins_s:.3f} s to {ends_s:.3f} s."
    )
    tail_s = max(0.0, longest.length_s - ends_s)
    if tail_s > LOOP_TOLERANCE_S:
        notes.append(sentence_tail(tail_s, first_s))
    return replace(
        found,
        bars=beats // meter if beats % meter == 0 else 0,
        beats=beats,
        first_beat_s=round(first_s, 4),
        tail_s=round(tail_s, 4),
        tempo_bpm=bpm,
        notes=tuple(notes),
        intro_beats=intro,
    )


def _length(beats: int, meter: int) -> str:
    if beats % meter:
        return f"{beats} beats"
    return f"{beats // meter} bars" if beats != meter else "1 bar"


def says_it_holds_one(path: Path) -> bool:
    """Whether a file's name says that it holds an introduction and the loop, such as ``lead_intro+loop``.

    Examples
    --------
    >>> says_it_holds_one(Path("flute (intro+loop).wav")), says_it_holds_one(Path("flute_intro.wav"))
    (True, False)
    """
    words = set(_WORD.split(path.stem.lower()))
    return "intro" in words and bool(words & {"loop", "loops", "looped"})


def part(stems: Sequence[NamedStem]) -> tuple[list[NamedStem], list[NamedStem]]:
    """Part the files of a section into those that hold the loop alone, and those that hold an introduction.

    Where all names say the same, nothing is parted.
    """
    holding = [stem for stem in stems if says_it_holds_one(stem.path)]
    alone = [stem for stem in stems if stem not in holding]
    return (alone, holding) if alone else (list(stems), [])


def with_held(
    found: SectionProposal, holding: Sequence[NamedStem], lengths_s: Mapping[Path, float], taken: set[str]
) -> tuple[SectionProposal, list[PassedOver]]:
    """Return a section with its files that hold an introduction, and those that cannot.

    Parameters
    ----------
    found : SectionProposal
        The section, estimated from the other files.
    holding : sequence of NamedStem
        The files that hold an introduction by their names.
    lengths_s : mapping of Path to float
        Their lengths.
    taken : set of str
        Layers of other sections, which have other files.
    """
    passed_over = []
    for stem in holding:
        exact = (lengths_s[stem.path] - found.first_beat_s) * found.tempo_bpm / 60.0 - found.beats
        bars = round(exact / found.beats_per_bar)
        if bars < 1 or abs(exact - bars * found.beats_per_bar) > NEAR_BEATS or found.intro_beats:
            why = "holds an introduction by its name, and is not by whole bars longer than the loop"
            passed_over.append(PassedOver(stem.path, why))
            continue
        layer = f"{stem.layer}_with_intro" if {stem.layer} & (taken | set(found.files)) else stem.layer
        note = f"Introduction: {bars} bars in {stem.path.name} alone, as its name and length say."
        found = replace(
            found,
            files={**found.files, layer: (stem.path,)},
            held_bars={**found.held_bars, layer: bars},
            notes=(*found.notes, note),
        )
    return found, passed_over
