"""Sorts the files of a folder into sections: by their names, without doubles, one tempo for each section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adaptive.analysis.duplicates import find_duplicates
from adaptive.analysis.evidence import HeardStem, hear
from adaptive.analysis.files import list_files
from adaptive.analysis.introduction import pair_files, pair_sections
from adaptive.analysis.model import PassedOver
from adaptive.analysis.names import DEFAULT_SECTION, NamedStem, group
from adaptive.analysis.tempi import divide_by_tempo, tempo_of
from adaptive.analysis.tempo_names import name_by_tempo
from adaptive.errors import AudioFileError


@dataclass(frozen=True)
class SortedStems:
    """The files of a folder.

    Attributes
    ----------
    heard : dict of Path to HeardStem
        What was measured in each file that can be read.
    sections : dict of str to list of NamedStem
        The files that loop, by section.
    stingers : list of NamedStem
        The files whose names say that they are stingers.
    passed_over : list of PassedOver
        The files that are not used.
    introductions : dict of Path to Path
        The file of each introduction, by the file of its loop; it is in no section.
    notes : list of str
        Sentences about sections that were divided.
    """

    heard: dict[Path, HeardStem]
    sections: dict[str, list[NamedStem]]
    stingers: list[NamedStem]
    passed_over: list[PassedOver]
    introductions: dict[Path, Path]
    notes: list[str]


def sort_stems(folder: Path) -> SortedStems:
    """Read all audio files of a folder and sort them.

    Raises
    ------
    InputError
        If the folder is missing, or holds no audio files or too many.
    AudioFileError
        If none of them can be read.
    """
    content = list_files(folder)
    heard, broken = _hear(content.files)
    pairs = pair_files(list(heard))
    intros = set(pairs.values())
    named = group([path for path in heard if path not in intros], folder)
    sections: dict[str, list[NamedStem]] = {}
    for stem in named:
        if not stem.is_stinger:
            sections.setdefault(stem.section, []).append(stem)
    sections, doubled = _without_doubles(sections, heard)
    sections, of_sections, unplayed = pair_sections(sections, pairs)
    sections, notes = _divided(sections, heard)
    stingers = [stem for stem in named if stem.is_stinger]
    passed_over = [*content.passed_over, *broken, *doubled, *unplayed]
    return SortedStems(heard, sections, stingers, passed_over, {**pairs, **of_sections}, notes)


def _hear(files: Sequence[Path]) -> tuple[dict[Path, HeardStem], list[PassedOver]]:
    """Read all files; those that cannot be read are passed over, unless nothing is left."""
    heard, broken = {}, []
    for path in files:
        try:
            heard[path] = hear(path)
        except AudioFileError as error:
            broken.append((path, error))
    if not heard:
        raise broken[0][1]
    return heard, [PassedOver(path, _reason(path, error)) for path, error in broken]


def _reason(path: Path, error: AudioFileError) -> str:
    """Return what an error says about a file, without the file's name before it."""
    return str(error).removeprefix(path.name).lstrip(": ").rstrip(".")


def _without_doubles(
    sections: Mapping[str, list[NamedStem]], heard: Mapping[Path, HeardStem]
) -> tuple[dict[str, list[NamedStem]], list[PassedOver]]:
    """Leave out files that would double others of their section; variations never play together."""
    passed_over: list[PassedOver] = []
    for named in sections.values():
        together = [heard[stem.path] for stem in named if stem.variation <= 1]
        passed_over += find_duplicates(together)
    gone = {item.path for item in passed_over}
    kept = {name: [stem for stem in named if stem.path not in gone] for name, named in sections.items()}
    return kept, passed_over


def _divided(
    sections: Mapping[str, list[NamedStem]], heard: Mapping[Path, HeardStem]
) -> tuple[dict[str, list[NamedStem]], list[str]]:
    """Divide sections whose files were recorded at different tempi."""
    divided: dict[str, list[NamedStem]] = {}
    notes = []
    for name, named in sections.items():
        groups = divide_by_tempo([(stem, heard[stem.path]) for stem in named])
        if len(groups) == 1:
            divided[name] = named
            continue
        stems = [[stem for stem, _ in pairs] for pairs in groups]
        renamed = name_by_tempo(stems, [tempo_of(pairs) for pairs in groups])
        titles = [members[0].section for members in renamed]
        for title, members in zip(titles, renamed, strict=True):
            divided.setdefault(title, []).extend(members)
        shown = " and ".join(f"`{title}`" for title in titles)
        files = "The files" if name == DEFAULT_SECTION else f"The files of `{name}`"
        notes.append(f"{files} have different tempi, so they are the sections {shown}.")
    return divided, notes
