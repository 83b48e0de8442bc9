"""Makes a preset from a folder of stems.

`propose` analyses the stems, `write_preset` copies them and writes the preset with the reasons as comments,
`blank_preset` and `genre_preset` write presets without stems.  Existing files are never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import msgspec

from adaptive.analysis import blank, genre_template, template
from adaptive.analysis.evidence import Evidence, combine
from adaptive.analysis.fit import fit_files
from adaptive.analysis.guess import Guess, guess_sections
from adaptive.analysis.introduction import part, with_held, with_introduction
from adaptive.analysis.model import PassedOver, Proposal, SectionProposal, StingerProposal
from adaptive.analysis.names import NamedStem
from adaptive.analysis.order import layer_order, section_order
from adaptive.analysis.padding import copy_stem
from adaptive.analysis.sorting import SortedStems, sort_stems
from adaptive.analysis.stretch_guess import stretch_of_layers
from adaptive.composer.genres.registry import GENRES
from adaptive.errors import InputError, PresetError, quoted
from adaptive.preset.schema import PresetFile

__all__ = ["Proposal", "SectionProposal", "blank_preset", "genre_preset", "propose", "write_preset"]

SHORTEST_LOOP_S = 0.5
"""A folder whose files are all shorter holds one-shots only."""


def propose(folder: Path) -> Proposal:
    """Analyse a folder of stems and propose a preset.

    Parameters
    ----------
    folder : Path
        A folder of audio files, or of subfolders with audio files, one for each section.

    Returns
    -------
    Proposal
        Every estimate has a sentence that explains it.  Files that cannot be used are passed over, each
        with its reason.

    Raises
    ------
    InputError
        If the folder is missing, or holds no audio files, more than 256, or only stingers.
    AudioFileError
        If none of them can be read.
    """
    stems = sort_stems(folder)
    if not stems.sections:
        raise InputError(f"{folder} holds only stingers: at least one file must be a loop.")
    parted = {name: part(stems.sections[name]) for name in section_order(stems.sections)}
    evidence = {
        name: combine(alone, [stems.heard[stem.path] for stem in alone])
        for name, (alone, _) in parted.items()
    }
    guess = guess_sections(evidence)
    sections_found = {
        name: with_introduction(found, found.beats_per_bar, evidence[name].extents, stems.introductions)
        for name, found in guess.sections.items()
    }
    guess = replace(guess, sections=sections_found)
    short = {name: found for name, found in guess.sections.items() if _is_one_shot(found, guess)}
    if len(short) == len(guess.sections):
        _require_loop(folder, evidence)
        short = {}
    fitted = {
        name: fit_files(found, evidence[name]) for name, found in guess.sections.items() if name not in short
    }
    kept = {name: fit.section for name, fit in fitted.items()}
    passed_over = [*stems.passed_over, *(item for fit in fitted.values() for item in fit.passed_over)]
    passed_over += _lone_introductions(stems, kept)
    lengths_s = {path: heard.extent.length_s for path, heard in stems.heard.items()}
    for name, (_, holding) in parted.items():
        taken = {layer for other, section in kept.items() if other != name for layer in section.files}
        if name in kept:
            kept[name], gone = with_held(kept[name], holding, lengths_s, taken)
            passed_over += gone
    lead = kept.get(guess.lead) or max(kept.values(), key=lambda found: found.confidence)
    return Proposal(
        lead.tempo_bpm,
        lead.confidence,
        lead.beats_per_bar,
        kept,
        layer_order({layer for found in kept.values() for layer in found.files}),
        (*guess.notes, *stems.notes, *_remarks(stems, passed_over)),
        _stingers(stems.stingers, short, [fit.stingers for fit in fitted.values()]),
        tuple(passed_over),
        {path: end_s for fit in fitted.values() for path, end_s in fit.padded_s.items()},
        stretch_of_layers(_first_files(kept)),
    )


def _first_files(sections: Mapping[str, SectionProposal]) -> dict[str, Path]:
    """Return one file of each layer."""
    first: dict[str, Path] = {}
    for section in sections.values():
        for layer, paths in section.files.items():
            first.setdefault(layer, paths[0])
    return first


def _lone_introductions(stems: SortedStems, kept: Mapping[str, SectionProposal]) -> list[PassedOver]:
    """Return the introductions that no section plays, because what follows them is no loop of a section."""
    played = {
        path for section in kept.values() for layer, path in section.intros.items() if layer in section.files
    }
    return [
        PassedOver(intro, f"is the introduction of {loop.name}, which is not used with it")
        for loop, intro in stems.introductions.items()
        if intro not in played
    ]


def _remarks(stems: SortedStems, passed_over: Sequence[PassedOver]) -> list[str]:
    """Return what is unusual in the files that are used."""
    gone = {item.path for item in passed_over}
    return [
        f"{path.name}: {remark}."
        for path, heard in stems.heard.items()
        if path not in gone
        for remark in dict.fromkeys(heard.remarks)
    ]


def _require_loop(folder: Path, evidence: Mapping[str, Evidence]) -> None:
    """Refuse a folder in which no file is long enough for a loop.

    Raises
    ------
    InputError
        If the longest file is shorter than half a second.
    """
    longest = max(
        (extent.length_s, stem.path.name)
        for found in evidence.values()
        for stem, extent in zip(found.named, found.extents, strict=True)
    )
    if longest[0] < SHORTEST_LOOP_S:
        raise InputError(
            f"{folder} holds no loop: the longest file, {longest[1]}, lasts {longest[0]:.2f} s, "
            f"and a loop needs at least {SHORTEST_LOOP_S} s."
        )


def _is_one_shot(found: SectionProposal, guess: Guess) -> bool:
    """Return whether a section is a single file of less than a bar."""
    is_single = [len(variations) for variations in found.files.values()] == [1]
    return is_single and found.beats < max(guess.beats_per_bar, found.beats_per_bar, 4)


def _stingers(
    named: Sequence[NamedStem],
    short: Mapping[str, SectionProposal],
    of_layers: Sequence[Mapping[str, StingerProposal]],
) -> dict[str, StingerProposal]:
    """Return stingers by name: files named as stingers, and files of less than a bar."""
    found: list[tuple[str, StingerProposal]] = []
    for stem in named:
        note = f"The name of {stem.path.name} says that it is a stinger."
        found.append((stem.layer, StingerProposal(stem.path, 0.0, note)))
    for name, section in short.items():
        ((path,),) = section.files.values()
        note = f"{path.name} lasts less than a bar, so it is used as a stinger and not as a section."
        found.append((name, StingerProposal(path, section.first_beat_s, note)))
    found += [item for stingers in of_layers for item in stingers.items()]
    stingers: dict[str, StingerProposal] = {}
    for name, stinger in found:
        unique, number = name, 2
        while unique in stingers:
            unique, number = f"{name[:60]}_{number}", number + 1
        stingers[unique] = stinger
    return stingers


def write_preset(proposal: Proposal, target_folder: Path) -> None:
    """Copy the stems and write ``preset.toml`` and ``README.md``.

    Parameters
    ----------
    proposal : Proposal
        What `propose` returned.
    target_folder : Path
        Created if it does not exist; it must not hold a preset.

    Raises
    ------
    InputError
        If a preset is there already, or the folder cannot be written.
    """
    places = template.stem_places(proposal)
    title = _title(target_folder)
    texts = (
        template.preset_text(title, proposal, places),
        template.readme_text(title, proposal),
    )
    _write(target_folder, texts, {place: path for path, place in places.items()}, proposal.padded_s)


def blank_preset(target_folder: Path) -> None:
    """Write a small commented preset without stems, in which all layers are generated.

    Raises
    ------
    InputError
        If a preset is there already, or the folder cannot be written.
    """
    title = _title(target_folder)
    _write(target_folder, (blank.blank_text(title), blank.blank_readme_text(title)), {})


def genre_preset(target_folder: Path, genre: str, mood: str = "") -> None:
    """Write a preset in a genre, in which all layers are generated.

    Parameters
    ----------
    target_folder : Path
        Its folder.
    genre, mood : str
        A name of `GENRES`, and of `MOODS`; no mood: empty.

    Raises
    ------
    InputError
        If there is no such genre or mood, a preset is there already, or the folder cannot be written.
    """
    if genre not in GENRES:
        near = get_close_matches(genre, GENRES, 1, 0.0)[0]
        message = f"there is no genre {quoted(genre)}; the nearest is {near}, and all are {', '.join(GENRES)}"
        raise InputError(message)
    title, table = _title(target_folder), GENRES[genre]
    texts = (
        genre_template.genre_text(title, table, mood),
        genre_template.genre_readme_text(title, table, mood),
    )
    _write(target_folder, texts, {})


def _title(folder: Path) -> str:
    return template.printable(folder.resolve().name)[:100] or "New preset"


def _write(
    target: Path, texts: tuple[str, str], stems: dict[str, Path], padded_s: Mapping[Path, float] | None = None
) -> None:
    """Check the text, copy the stems, write the README, then the preset.

    ``preset.toml`` is written last, so that an interrupted run leaves no incomplete preset.
    """
    preset, readme = texts
    try:
        msgspec.toml.decode(preset, type=PresetFile)
    except msgspec.MsgspecError as error:
        raise PresetError([str(error)], str(target / "preset.toml")) from error
    try:
        copies = _copies(target, stems)
        target.mkdir(parents=True, exist_ok=True)
        for place, source in copies.items():
            place.parent.mkdir(exist_ok=True)
            copy_stem(source, place, (padded_s or {}).get(source, 0.0))
        if not (target / "README.md").exists():
            (target / "README.md").write_text(readme, encoding="utf-8")
        (target / "preset.toml").write_text(preset, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error


def _copies(target: Path, stems: dict[str, Path]) -> dict[Path, Path]:
    """Return the source of each file to copy; a stem that is already in its place is not copied."""
    if (target / "preset.toml").exists():
        raise InputError(f"{target / 'preset.toml'} is there already; nothing was changed.")
    copies = {}
    for place, source in stems.items():
        copy = target / place
        if not copy.exists():
            copies[copy] = source
        elif not copy.samefile(source):
            raise InputError(f"{copy} is there already and is another file; nothing was changed.")
    return copies
