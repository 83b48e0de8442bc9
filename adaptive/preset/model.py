"""A loaded preset: the typed file, with everything that names something resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from adaptive.preset.expression import Expression
from adaptive.preset.schema import Fade, PresetFile, SelectTable, TransitionTable

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
    beats_per_bar, beat_unit : int
        The meter: ``6/8`` has 6 beats, each an eighth.
    """

    file: PresetFile
    folder: Path
    text_digest: str
    select: tuple[SelectTable, ...]
    when: Mapping[int, Expression]
    derived: Mapping[str, Expression]
    state_groups: Mapping[str, StateGroup]
    stems: Mapping[str, Path]
    beats_per_bar: int
    beat_unit: int

    @property
    def default_section(self) -> str:
        """The section of the first line without `when`, else the first section of the file."""
        always = (line.section for line in self.select if line.when is None)
        return next(always, next(iter(self.file.sections)))

    def tempo_bpm(self, section: str) -> float:
        """Return the tempo of a section, in quarter notes a minute."""
        return self.file.sections[section].tempo_bpm or self.file.tempo_bpm

    def beat_s(self, section: str) -> float:
        """Return how long one beat of the meter lasts in a section, in seconds."""
        quarters = 4.0 / self.beat_unit
        return quarters * 60.0 / self.tempo_bpm(section)

    def stem(self, layer: str, section: str) -> Path | None:
        """Return the file a layer plays in a section; None when it plays none there."""
        written = self.file.layers[layer].stem
        name = written.get(section) if isinstance(written, dict) else written
        return None if name is None else self.stems[name]

    def transition(self, source: str, target: str) -> TransitionTable:
        """Return the most specific rule for getting from one section to another."""
        for pair in ((source, target), (source, ANY), (ANY, target), (ANY, ANY)):
            if pair in self._rules:
                return self._rules[pair]
        return DEFAULT_TRANSITION

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
    sections = tuple(file.sections)
    first = next((line.section for line in file.select if line.when is None), None)
    return {SECTION_GROUP: StateGroup(sections, first or next(iter(sections), ""))}


def select_lines(file: PresetFile) -> tuple[SelectTable, ...]:
    """Return the lines that choose the section, written or implied."""
    if file.select or file.states:
        return file.select
    return tuple(SelectTable(section=name, when=f"{SECTION_GROUP} == '{name}'") for name in file.sections)
