"""A loaded preset: the typed file, with names resolved to files, expressions and segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from adaptive.preset.expression import Expression
from adaptive.preset.schema import Fade, PresetFile, SelectTable, TransitionTable
from adaptive.preset.segments import BRIDGE, Segment, is_bridge, segments_of
from adaptive.preset.source import Source
from adaptive.preset.stems import files_of

SECTION_GROUP = "section"
"""The only state group of a preset without `[states]`; its values are the sections and playlists."""
ANY = "any"
"""Stands for every section in the `from` and `to` of a transition."""
DEFAULT_TRANSITION = TransitionTable(fade_out=Fade(beats=2.0))
"""The transition between two sections for which the file has no rule."""


@dataclass(frozen=True, slots=True)
class StateGroup:
    """The values a state may take, and the value it has until it is set."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The generators and instruments that a preset may name; `adaptive.session` collects them.

    Attributes
    ----------
    generators : mapping of str to a set of str
        Each generator with its styles.
    instruments : set of str
        The built-in instruments.
    """

    generators: Mapping[str, frozenset[str]]
    instruments: frozenset[str]


@dataclass(frozen=True)
class Preset:
    """A loaded preset, as `load` returns it; immutable.

    Attributes
    ----------
    file : PresetFile
        The file, as written.
    folder : Path
        The preset's folder, resolved; every stem is inside it.
    text_digest : str
        SHA-256 of the file's bytes, in hexadecimal.
    select : tuple of SelectTable
        The lines that choose the section.  If the file has neither `[states]` nor `[[select]]`, there is one
        line for each section and playlist, which is true while the state ``section`` has its name.
    when : mapping of int to Expression
        The condition of each line of `select` that has one, by the line's index.
    derived : mapping of str to Expression
        The `value` of each derived parameter, ordered so that each reads only parameters before it.
    state_groups : mapping of str to StateGroup
        The groups of `[states]`; without `[states]`, the one group ``section``.
    stems : mapping of str to Path
        The resolved path of each audio file that the preset names, by its name in the file.
    snapshot_when : mapping of str to Expression
        The condition of each snapshot that has one, by its name.
    songs : mapping of str to Path
        The resolved path of each MIDI file that the preset names, by its name in the file.
    source : Source
        The text of the file, which says in which line a key stands.
    """

    file: PresetFile
    folder: Path
    text_digest: str
    select: tuple[SelectTable, ...]
    when: Mapping[int, Expression]
    derived: Mapping[str, Expression]
    state_groups: Mapping[str, StateGroup]
    stems: Mapping[str, Path]
    snapshot_when: Mapping[str, Expression] = field(default_factory=dict)
    songs: Mapping[str, Path] = field(default_factory=dict)
    source: Source = field(default_factory=Source, compare=False, repr=False)

    @cached_property
    def segments(self) -> Mapping[str, Segment]:
        """All sections by name, and all bridges by `bridge_segment` of their names."""
        return segments_of(self.file)

    @property
    def default_section(self) -> str:
        """The section of the first line without `when`, else the first section of the file.

        It may be the name of a playlist.
        """
        always = (line.section for line in self.select if line.when is None)
        return next(always, next(iter(self.file.sections)))

    @property
    def first_section(self) -> str:
        """The first section of the file; its key applies while nothing plays."""
        return next(iter(self.file.sections))

    def ends(self, section: str) -> bool:
        """Return whether a section ends by itself after some passes."""
        table = self.file.sections.get(section)
        return table is not None and table.plays is not None

    @property
    def following(self) -> frozenset[str]:
        """The sections that follow one that has ended, by its `then`."""
        tables = self.file.sections.values()
        return (
            frozenset(table.then for table in tables if table.plays is not None) & self.file.sections.keys()
        )

    def variations(self, layer: str, segment: str) -> tuple[Path, ...]:
        """Return the variations of a layer in a segment: its files in order; empty if it plays none there."""
        if is_bridge(layer):
            stem = self.file.bridges[layer.removeprefix(BRIDGE)].stem
            return tuple(self.stems[name] for name in files_of(stem)) if layer == segment else ()
        written = self.file.layers[layer].stem
        names = written.get(segment) if isinstance(written, dict) else written
        if names is None or (is_bridge(segment) and not isinstance(written, dict)):
            return ()
        return tuple(self.stems[name] for name in files_of(names))

    def intro_file(self, layer: str, segment: str) -> Path | None:
        """Return the file that a layer plays once before the loop of a segment; None if it has none."""
        return self._file_of(layer, segment, "intro")

    def first_pass_file(self, layer: str, segment: str) -> Path | None:
        """Return the file that a layer plays in the first pass of a segment; None if it has none."""
        return self._file_of(layer, segment, "first_pass")

    def is_wrapped(self, layer: str) -> bool:
        """Return whether the stems of a layer begin with the tail of the pass before."""
        return not is_bridge(layer) and self.file.layers[layer].wrapped

    def _file_of(self, layer: str, segment: str, key: str) -> Path | None:
        if is_bridge(layer) or is_bridge(segment):
            return None
        written = getattr(self.file.layers[layer], key)
        name = written.get(segment) if isinstance(written, dict) else written
        return None if name is None else self.stems[name]

    def playlists_of(self, section: str) -> tuple[str, ...]:
        """Return the playlists a section belongs to, the innermost first."""
        found: list[str] = []
        while (outer := self._playlist_of.get(found[-1] if found else section)) is not None:
            if outer in found:  # a playlist that contains itself; `routes` reports it as a fault
                break
            found.append(outer)
        return tuple(found)

    def transition(self, source: str, target: str) -> TransitionTable:
        """Return the most specific rule for a change between two sections, or `DEFAULT_TRANSITION`."""
        found = self.written_transition(source, target)
        return DEFAULT_TRANSITION if found is None else found

    def written_transition(
        self, source: str, target: str, wildcard: tuple[str, ...] = (ANY,)
    ) -> TransitionTable | None:
        """Return the most specific rule of the file, or None if no rule applies.

        A section's own name is more specific than its playlists, and these more than ``any``; `from` is
        compared first.  With an empty `wildcard`, only rules that name sections or playlists on both sides
        are considered.
        """
        for before in (source, *self.playlists_of(source), *wildcard):
            for after in (target, *self.playlists_of(target), *wildcard):
                if (before, after) in self._rules:
                    return self._rules[before, after]
        return None

    @cached_property
    def _playlist_of(self) -> Mapping[str, str]:
        return {item: name for name, table in self.file.playlists.items() for item in table.play}

    @cached_property
    def _rules(self) -> Mapping[tuple[str, str], TransitionTable]:
        return {(rule.source, rule.target): rule for rule in self.file.transitions}


def state_groups(file: PresetFile) -> dict[str, StateGroup]:
    """Return the state groups of a preset: those of `[states]`, or else the group ``section``."""
    if file.states:
        return {
            name: StateGroup(table.values, table.default or next(iter(table.values), ""))
            for name, table in file.states.items()
        }
    sections = (*file.sections, *file.playlists)
    first = next((line.section for line in file.select if line.when is None), None)
    return {SECTION_GROUP: StateGroup(sections, first or next(iter(sections), ""))}


def select_lines(file: PresetFile) -> tuple[SelectTable, ...]:
    """Return the select lines of a preset: written ones, or one for each section and playlist."""
    if file.select or file.states:
        return file.select
    names = (*file.sections, *file.playlists)
    return tuple(SelectTable(section=name, when=f"{SECTION_GROUP} == '{name}'") for name in names)
