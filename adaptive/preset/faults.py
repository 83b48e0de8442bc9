"""Collects the faults of a preset file, and finds the valid name that is most similar to a wrong one.

Faults are collected rather than raised one by one, so that an author sees all of them at once.  One wrong
line is one fault: what only follows from another fault is left out, and a name that is unknown in many places
is told once, with the lines of the others.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from adaptive.errors import PresetError
from adaptive.preset.finding import Finding, fault
from adaptive.preset.key_path import KeyPath, show_path, show_value
from adaptive.preset.source import Source

__all__ = [
    "Fault", "FaultList", "KeyPath", "hint", "join_names", "nearest", "nearest_first", "show_path",
    "show_value",
]  # fmt: skip

# A file with more faults is probably not a preset at all.
# The limit also bounds the time spent on finding similar names for hostile input.
MAX_FAULTS = 200
# A longer list of names would not help the reader.
SHOWN_NAMES = 8
# More lines than these are counted, not listed.
SHOWN_LINES = 6

TABLES = {
    "parameter": "parameters", "state": "states", "layer": "layers", "section": "sections",
    "stinger": "stingers", "bridge": "bridges", "fill": "fills", "instrument": "instruments",
}  # fmt: skip
"""The table in which a thing of each kind is declared."""


@dataclass(slots=True)
class Fault:
    """One fault: its key path, its sentence, and the other places where the same is wrong.

    `because` are the keys without which it would not be a fault: if one of them is faulty itself, this fault
    only follows from that one.
    """

    at: KeyPath
    text: str
    because: tuple[KeyPath, ...] = ()
    also: list[KeyPath] = field(default_factory=list)


class FaultList:
    """Collects faults in the order they are found; `findings` returns them in the order of the file.

    Parameters
    ----------
    where : str
        The file, as the user named it.
    source : Source, optional
        The text of the file, which has the lines.
    """

    def __init__(self, where: str = "", source: Source | None = None) -> None:
        self.where = where
        self._source = source or Source()
        self.found: list[Fault] = []
        self.no_names: dict[str, Fault] = {}
        """Texts of the file that stand for a name and are none."""
        self.suggested: set[str] = set()
        """The names that were suggested for them."""
        self._same: dict[tuple[str, str], Fault] = {}

    def add(self, at: KeyPath, text: str, because: Sequence[KeyPath] = ()) -> None:
        """Add a fault.

        Raises
        ------
        PresetError
            If there are already `MAX_FAULTS`.
        """
        self._append(Fault(at, text, tuple(because)))

    def _append(self, new: Fault) -> None:
        if any(old.at == new.at and old.text == new.text for old in self.found):
            return
        if len(self.found) == MAX_FAULTS:
            raise PresetError([*self.findings(), f"there are more than {MAX_FAULTS} faults"], self.where)
        self.found.append(new)

    def add_same(self, kind: str, name: str, at: KeyPath, text: str, because: Sequence[KeyPath] = ()) -> None:
        """Add a fault about a name; the second time for this name, note only where it stands."""
        known = self._same.get((kind, name))
        if known is None:
            self._same[kind, name] = known = Fault(at, text, tuple(because))
            self._append(known)
        elif at != known.at and at not in known.also:
            known.also.append(at)

    def add_no_name(self, name: str, right: str, at: KeyPath, text: str) -> None:
        """Add a fault about a text that is no name; `right` is the name that is suggested."""
        self.add_same("name", name, at, text)
        self.no_names[name] = self._same["name", name]
        self.suggested.add(right)

    def follow(self, others: FaultList) -> None:
        """Know the wrong names of another list, so that their uses are not faults, too."""
        self.no_names, self.suggested = others.no_names, others.suggested

    def require_known(self, at: KeyPath, what: str, name: str, known: Collection[str]) -> None:
        """Add a fault if `name` is not in `known`; `what` is the kind of object it should name."""
        if not self.knows(name, known, at):
            because = [(TABLES[what],)] if what in TABLES else []
            self.add_same(what, name, at, f"there is no {what} named `{name}`{hint(name, known)}", because)

    def knows(self, name: str, known: Collection[str], at: KeyPath) -> bool:
        """Return whether a name that stands at `at` is known, or has its fault already as no name at all."""
        if (told := self.no_names.get(name)) is not None:
            if at != told.at and at not in told.also:
                told.also.append(at)
            return True
        return name in known or name in self.suggested

    def extend_unless_near(self, others: FaultList) -> None:
        """Add the faults of `others`, except those that follow from a fault already in this list.

        A fault at, above or below a key path that already has a fault says nothing new: a fade whose
        length has the wrong type also *has no length*.  A fault with a `because` follows only from a fault
        of these keys, or from one at or above its own.
        """
        here = [one.at for one in self.found]
        for other in others.found:
            if not any(_follows(other, at) for at in here):
                self._append(other)

    def findings(self) -> list[Finding]:
        """Return the faults with their lines, in the order of the keys of the file."""
        source = self._source
        for one in self.found:
            one.at, *one.also = sorted([one.at, *one.also], key=source.position)
        ordered = sorted(self.found, key=lambda one: source.position(one.at))
        return source.all_placed(fault(one.at, one.text + _elsewhere(one.also, source)) for one in ordered)


def _elsewhere(also: Sequence[KeyPath], source: Source) -> str:
    """Return the end of a sentence that names the other lines with the same fault."""
    if not also:
        return ""
    lines = list(dict.fromkeys(line for at in also if (line := source.line_of(at)) is not None))
    if not lines:
        return f" (and in {_count(len(also), 'more place')})"
    shown = ", ".join(str(line) for line in lines[:SHOWN_LINES])
    more = f" and {len(lines) - SHOWN_LINES} more" if len(lines) > SHOWN_LINES else ""
    return f" (also in line{'s' if len(lines) > 1 else ''} {shown}{more})"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"


def hint(word: str, options: Collection[str]) -> str:
    """Return the end of a sentence that suggests the name that was probably meant.

    Examples
    --------
    >>> hint("drms", ["bass", "drums"])
    '; did you mean `drums`?'
    """
    if not options:
        return "; there is none"
    if match := nearest(word, options):
        return f"; did you mean `{match}`?"
    if len(set(options)) > SHOWN_NAMES:
        return "; there is " + ", ".join(f"`{name}`" for name in nearest_first(word, options)) + ", …"
    return "; there is " + ", ".join(f"`{name}`" for name in sorted(set(options)))


def nearest(word: str, options: Collection[str]) -> str:
    """Return the option most similar to `word`, or an empty string if none is similar."""
    # Names have at most 64 characters, and the cost of the comparison is quadratic in the length.
    return next(iter(difflib.get_close_matches(word[:64], options, n=1)), "")


def nearest_first(word: str, options: Collection[str], most: int = SHOWN_NAMES) -> list[str]:
    """Return at most `most` of the options, the most similar to `word` first.

    Examples
    --------
    >>> nearest_first("shop", ["bar", "harbour", "shed", "workshop"], most=2)
    ['workshop', 'shed']
    """
    matcher = difflib.SequenceMatcher(b=word[:64])

    def distance(name: str) -> tuple[float, str]:
        matcher.set_seq1(name[:64])
        return -matcher.ratio(), name

    return sorted(set(options), key=distance)[:most]


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Join names with commas and a word before the last one.

    Examples
    --------
    >>> join_names(["a", "b", "c"], "or")
    '`a`, `b` or `c`'
    """
    quoted = [f"`{name}`" for name in names]
    return f" {word} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _follows(other: Fault, at: KeyPath) -> bool:
    """Return whether a fault only follows from one at `at`."""
    if not other.because:
        return _is_near(other.at, at)
    is_inside = other.at[: len(at)] == at
    return is_inside or any(_spoils(at, key) for key in other.because)


def _spoils(at: KeyPath, key: KeyPath) -> bool:
    """Return whether a fault leaves a key without its right value.

    A fault inside a whole table of names does so only if that table itself cannot be read: a wrong level of
    one layer makes the name of another neither known nor unknown.
    """
    is_around = key[: len(at)] == at
    return is_around or (len(key) > 1 and at[: len(key)] == key)


def _is_near(one: KeyPath, other: KeyPath) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
