"""From a folder of stems to a preset that explains itself.

`propose` listens and guesses, `write_preset` copies the stems and writes what was guessed with the
reasons as comments, `blank_preset` writes a preset that needs no stems.  Nothing is overwritten.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from adaptive.analysis import blank, template
from adaptive.analysis.evidence import gather
from adaptive.analysis.guess import Guess, guess_sections
from adaptive.analysis.model import Proposal, SectionProposal, StingerProposal
from adaptive.analysis.names import NamedStem, group
from adaptive.analysis.order import layer_order, section_order
from adaptive.analysis.stems import EXTENSIONS
from adaptive.errors import InputError, PresetError
from adaptive.preset.schema import PresetFile

__all__ = ["Proposal", "SectionProposal", "blank_preset", "propose", "write_preset"]

# More is somebody's sample library, given by mistake; each would be read whole.
MOST_FILES = 256


def propose(folder: Path) -> Proposal:
    """Listen to a folder of stems and guess what they are.

    Parameters
    ----------
    folder : Path
        Holds WAV, FLAC, OGG or MP3 files, or subfolders of them, one for each section.

    Returns
    -------
    Proposal
        Every guess with a sentence that explains it.

    Raises
    ------
    InputError
        If the folder is missing, or holds no audio files or more than 256.
    AudioFileError
        If one of them cannot be read.
    """
    named = group(_audio_files(folder), folder)
    sections: dict[str, list[NamedStem]] = {}
    for stem in named:
        if not stem.is_stinger:
            sections.setdefault(stem.section, []).append(stem)
    if not sections:
        raise InputError(f"{folder} holds stingers alone: there is nothing that plays on.")
    evidence = {name: gather(sections[name]) for name in section_order(sections)}
    guess = guess_sections(evidence)
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
        guess.notes,
        _stingers(named, short),
    )


def _is_one_shot(found: SectionProposal, guess: Guess) -> bool:
    """Whether a section is one file of less than a bar."""
    is_lone = [len(takes) for takes in found.files.values()] == [1]
    return is_lone and not found.bars and found.beats < guess.beats_per_bar


def _stingers(named: Sequence[NamedStem], short: Mapping[str, SectionProposal]) -> dict[str, StingerProposal]:
    """One-shots by name: those that say so, and those too short to be anything else."""
    stingers = {}
    for stem in named:
        if stem.is_stinger:
            stingers[stem.layer] = StingerProposal(
                stem.path, 0.0, f"{stem.path.name} calls itself a stinger."
            )
    for name, found in short.items():
        ((path,),) = found.files.values()
        note = f"{path.name} lasts less than a bar: a one-shot, where a section would play on."
        stingers[name] = StingerProposal(path, found.first_beat_s, note)
    return stingers


def write_preset(proposal: Proposal, target_folder: Path) -> None:
    """Copy the stems and write ``preset.toml`` and ``README.md``.

    Parameters
    ----------
    proposal : Proposal
        From `propose`.
    target_folder : Path
        Made if it is not there; may hold anything but a preset.

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
    """Write a small commented preset that needs no stems: everything in it is generated.

    Raises
    ------
    InputError
        If a preset is there already, or the folder cannot be written.
    """
    title = _title(target_folder)
    _write(target_folder, (blank.blank_text(title), blank.blank_readme_text(title)), {})


def _audio_files(folder: Path) -> list[Path]:
    """List the audio files of a folder and of the folders in it, hidden ones left out."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder.")
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        below = [
            path
            for subfolder in inside
            if subfolder.is_dir()
            for path in sorted(subfolder.iterdir())
            if not path.name.startswith(".")
        ]
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
    files = [path for path in inside + below if path.suffix.lower() in EXTENSIONS and path.is_file()]
    if not files:
        raise InputError(f"{folder} holds no WAV, FLAC, OGG or MP3 files.")
    if len(files) > MOST_FILES:
        raise InputError(f"{folder} holds {len(files)} audio files; at most {MOST_FILES} are read.")
    return files


def _title(folder: Path) -> str:
    return template.printable(folder.resolve().name)[:100] or "New preset"


def _write(target: Path, texts: tuple[str, str], stems: dict[str, Path]) -> None:
    """Check, then copy, then write; the preset last, so that half a preset is none."""
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
    """Say what has to be copied where; a stem that lies there already stays."""
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
