"""A loaded preset: the typed file, with everything that names something resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from adaptive.preset.expression import Expression
from adaptive.preset.schema import Fade, PresetFile, SelectTable, TransitionTable
from adaptive.preset.segments import BRIDGE, Segment, is_bridge, parts_of

SECTION_GROUP = "section"
"""The one group of a preset without `[states]`; its values are the sections."""
ANY = "any"
"""In a transition: whatever section it is."""
DEFAULT_TRANSITION = TransitionTable(fade_out=Fade(beats=2.0))
"""How to get from any section to any other where no rule says it."""


@dataclass(frozen=True, slots=True)
class StateGroup:
    """The values a state may take, and the one it has before anybody sets it."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names this program knows and a preset may use; `session` collects them.

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
    """What `load` returns; nothing in it changes.

    Attributes
    ----------
    file : PresetFile
        The file, as written.
    folder : Path
        Where it lies, resolved; every stem is inside.
    text_digest : str
        SHA-256 of the file's bytes, in hexadecimal.
    select : tuple of SelectTable
        The lines that choose the section.  Without `[states]` and `[[select]]` in the file there
        is one line for each section, true while the group ``section`` has its name.
    when : mapping of int to Expression
        The condition of each line of `select` that has one, by its place.
    derived : mapping of str to Expression
        The `value` of each derived parameter, in an order in which each reads only earlier ones.
    state_groups : mapping of str to StateGroup
        Without `[states]`: the one group ``section``.
    stems : mapping of str to Path
        Each file the preset names, with where it lies.
    """

    file: PresetFile
    folder: Path
    text_digest: str
    select: tuple[SelectTable, ...]
    when: Mapping[int, Expression]
    derived: Mapping[str, Expression]
    state_groups: Mapping[str, StateGroup]
    stems: Mapping[str, Path]

    @cached_property
    def segments(self) -> Mapping[str, Segment]:
        """Sections, and bridges under `bridge_segment` of their names: what a passage may be of."""
        return parts_of(self.file)

    @property
    def default_section(self) -> str:
        """Where the first line without `when` leads, else the first section of the file.

        It may be a playlist's name.
        """
        always = (line.section for line in self.select if line.when is None)
        return next(always, next(iter(self.file.sections)))

    @property
    def first_section(self) -> str:
        """The first section of the file: whose key silence is in."""
        return next(iter(self.file.sections))

    def variants(self, layer: str, segment: str) -> tuple[Path, ...]:
        """Return the files a layer takes turns with in a part; none when it plays none there."""
        if is_bridge(layer):
            stem = self.file.bridges[layer.removeprefix(BRIDGE)].stem
            return (self.stems[stem],) if stem is not None and layer == segment else ()
        written = self.file.layers[layer].stem
        names = written.get(segment) if isinstance(written, dict) else written
        if names is None or (is_bridge(segment) and not isinstance(written, dict)):
            return ()
        return tuple(self.stems[name] for name in ([names] if isinstance(names, str) else names))

    def playlists_of(self, section: str) -> tuple[str, ...]:
        """Return the playlists a section belongs to, the innermost first."""
        found: list[str] = []
        while (outer := self._playlist_of.get(found[-1] if found else section)) is not None:
            if outer in found:  # a circle: a fault, told elsewhere
                break
            found.append(outer)
        return tuple(found)

    def transition(self, source: str, target: str) -> TransitionTable:
        """Return the most specific rule for getting from one section to another."""
        found = self.written_transition(source, target)
        return DEFAULT_TRANSITION if found is None else found

    def written_transition(
        self, source: str, target: str, wildcard: tuple[str, ...] = (ANY,)
    ) -> TransitionTable | None:
        """Return the most specific rule of the file: names, then playlists, then ``any``; or None.

        Without a `wildcard` only rules count that name sections or playlists on both sides.
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
    """Return the groups a preset declares, or the one it has without declaring any."""
    if file.states:
        return {
            name: StateGroup(table.values, table.default or next(iter(table.values), ""))
            for name, table in file.states.items()
        }
    sections = (*file.sections, *file.playlists)
    first = next((line.section for line in file.select if line.when is None), None)
    return {SECTION_GROUP: StateGroup(sections, first or next(iter(sections), ""))}


def select_lines(file: PresetFile) -> tuple[SelectTable, ...]:
    """Return the lines that choose the section, written or implied."""
    if file.select or file.states:
        return file.select
    names = (*file.sections, *file.playlists)
    return tuple(SelectTable(section=name, when=f"{SECTION_GROUP} == '{name}'") for name in names)
