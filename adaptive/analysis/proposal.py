"""Makes a preset from a folder of stems.

`propose` analyses the stems, `write_preset` copies them and writes the preset with the reasons as comments,
and `blank_preset` writes a preset without stems.  Existing files are never overwritten.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from adaptive.analysis import blank, template
from adaptive.analysis.evidence import Evidence, gather
from adaptive.analysis.folder import list_stems
from adaptive.analysis.guess import Guess, guess_sections
from adaptive.analysis.introduction import pair_files, with_introduction
from adaptive.analysis.model import Proposal, SectionProposal, StingerProposal
from adaptive.analysis.names import NamedStem, group
from adaptive.analysis.order import layer_order, section_order
from adaptive.errors import InputError, PresetError
from adaptive.preset.schema import PresetFile

__all__ = ["Proposal", "SectionProposal", "blank_preset", "propose", "write_preset"]


def propose(folder: Path) -> Proposal:
    """Analyse a folder of stems and propose a preset.

    Parameters
    ----------
    folder : Path
        A folder of audio files, or of subfolders with audio files, one for each section.

    Returns
    -------
    Proposal
        Every estimate has a sentence that explains it.

    Raises
    ------
    InputError
        If the folder is missing, or holds no audio files, more than 256, or only stingers.
    AudioFileError
        If one of them cannot be read.
    """
    listed = list_stems(folder)
    pairs = pair_files(listed.files)
    named = group([path for path in listed.files if path not in pairs.values()], folder)
    sections: dict[str, list[NamedStem]] = {}
    for stem in named:
        if not stem.is_stinger:
            sections.setdefault(stem.section, []).append(stem)
    if not sections:
        raise InputError(f"{folder} holds only stingers: at least one file must be a loop.")
    evidence = {name: gather(sections[name]) for name in section_order(sections)}
    guess = guess_sections(evidence)
    sections_found = {
        name: with_introduction(found, guess.beats_per_bar, evidence[name].extents, pairs)
        for name, found in guess.sections.items()
    }
    guess = replace(guess, sections=sections_found)
    short = {name: found for name, found in guess.sections.items() if _is_one_shot(found, guess)}
    if len(short) == len(guess.sections):
        short = {}
    kept = {name: found for name, found in guess.sections.items() if name not in short}
    lead = kept.get(guess.lead) or max(kept.values(), key=lambda found: found.confidence)
    return Proposal(
        lead.tempo_bpm,
        lead.confidence,
        guess.beats_per_bar,
        kept,
        layer_order({layer for found in kept.values() for layer in found.files}),
        (*guess.notes, *_remarks(evidence), *listed.passed_over),
        _stingers(named, short),
    )


def _remarks(evidence: Mapping[str, Evidence]) -> list[str]:
    """Return what is unusual in the files, each sentence once."""
    return list(dict.fromkeys(remark for one in evidence.values() for remark in one.remarks))


def _is_one_shot(found: SectionProposal, guess: Guess) -> bool:
    """Return whether a section is a single file of less than a bar."""
    is_single = [len(variations) for variations in found.files.values()] == [1]
    return is_single and not found.bars and found.beats < guess.beats_per_bar


def _stingers(named: Sequence[NamedStem], short: Mapping[str, SectionProposal]) -> dict[str, StingerProposal]:
    """Return stingers by name: files named as stingers, and files of less than a bar."""
    stingers = {}
    for stem in named:
        if stem.is_stinger:
            stingers[stem.layer] = StingerProposal(
                stem.path, 0.0, f"The name of {stem.path.name} says that it is a stinger."
            )
    for name, found in short.items():
        ((path,),) = found.files.values()
        note = f"{path.name} lasts less than a bar, so it is used as a stinger and not as a section."
        stingers[name] = StingerProposal(path, found.first_beat_s, note)
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
    _write(target_folder, texts, {place: path for path, place in places.items()})


def blank_preset(target_folder: Path) -> None:
    """Write a small commented preset without stems, in which all layers are generated.

    Raises
    ------
    InputError
        If a preset is there already, or the folder cannot be written.
    """
    title = _title(target_folder)
    _write(target_folder, (blank.blank_text(title), blank.blank_readme_text(title)), {})


def _title(folder: Path) -> str:
    return template.printable(folder.resolve().name)[:100] or "New preset"


def _write(target: Path, texts: tuple[str, str], stems: dict[str, Path]) -> None:
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
            shutil.copyfile(source, place)
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
