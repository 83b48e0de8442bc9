"""Reads SFZ instruments: from the file to what a sampler plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from adaptive.errors import InputError, one_line
from adaptive.instruments.library import file_within, near_name
from adaptive.instruments.samples import SampleFile, read_sample
from adaptive.instruments.sfz_opcodes import ALIASES, Opcodes, known_opcode
from adaptive.instruments.sfz_regions import regions_of
from adaptive.instruments.sfz_text import SfzText, numbered, read_text, shown_name
from adaptive.kernel.sources.sampler_regions import Region
from adaptive.kernel.sources.sampler_settings import SampleSet
from adaptive.music.channel_note import normalised

TRIGGERS = {"attack", "release", "release_key", "first", "legato"}

TOLD_NAMES, TOLD_FILES = 12, 5
"""So many names are told of those that are not read, or not there."""


@dataclass(frozen=True, slots=True)
class SfzInstrument:
    """An instrument that was read.

    Parameters
    ----------
    samples : SampleSet
        What it plays.
    remarks : tuple of str
        Sentences about it.
    files : tuple of (Path, int)
        Its files, with their times.
    switch_labels : Mapping
        Keys that are switches, by their labels.
    """

    samples: SampleSet
    remarks: tuple[str, ...]
    files: tuple[tuple[Path, int], ...]
    switch_labels: Mapping[str, int]

    def switch_of(self, wanted: str | int) -> int:
        """The key switch of a label, or of a key that is given as a number or a name.

        Raises
        ------
        InputError
            There is none; names those that the file has.
        """
        by_name = {name.casefold(): key for name, key in self.switch_labels.items()}
        key = by_name.get(str(wanted).casefold(), Opcodes({"key": str(wanted)}).key("key", -1))
        rules = [region.rule for region in self.samples.regions if region.rule is not None]
        spans = [rule.switches for rule in rules if rule.switches is not None]
        if any(low <= key <= high for low, high in spans):
            return key
        known = list(self.switch_labels) or sorted({str(low) for low, _ in spans}, key=int)
        has = (
            f"it has {', '.join(map(shown_name, known[:TOLD_NAMES]))}" if known else "it has no key switches"
        )
        message = f"{self.samples.name} has no key switch `{shown_name(str(wanted))}`; {has}"
        raise InputError(message)


def read_sfz(path: Path, root: Path) -> SfzInstrument:
    """Read an instrument; one whose files have not changed since is not read again.

    Parameters
    ----------
    path : Path
        The file.
    root : Path
        The folder that none of its files may leave.

    Raises
    ------
    InputError
        It cannot be read, or nothing of it can be played; one sentence.
    """
    kept = _kept(path, root)
    if any(_modified_ns(file) != known for file, known in kept.files):
        _kept.cache_clear()
        kept = _kept(path, root)
    return kept


def _modified_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1


@lru_cache(maxsize=32)
def _kept(path: Path, root: Path) -> SfzInstrument:
    text = read_text(path, root)
    found = _Samples(path, root)
    regions: list[Region] = []
    unknown: dict[str, None] = {}
    shift = _shift(text)
    labels: dict[str, int] = {}
    for number, written in enumerate(text.regions):
        opcodes = {ALIASES.get(name, name): value for name, value in written.items()}
        unknown |= dict.fromkeys(name for name in opcodes if not known_opcode(name))
        if opcodes.get("trigger", "attack").strip() not in TRIGGERS:
            unknown["trigger=" + opcodes["trigger"]] = None
            continue
        if "fil_type" in opcodes and opcodes["fil_type"].strip() not in {"lpf_2p", "lpf_1p", "lpf_4p"}:
            unknown["fil_type=" + opcodes["fil_type"]] = None
        file = found.read(opcodes.get("default_path", ""), opcodes.get("sample", ""))
        if file is not None:
            moved = _moved_keys(opcodes, shift)
            regions += regions_of(moved, file, number)
            if "sw_label" in opcodes and "sw_last" in opcodes:
                labels.setdefault(opcodes["sw_label"].strip(), Opcodes(moved).key("sw_last", 0))
    remarks = [*text.remarks, *found.remarks()]
    if unknown:
        names = [shown_name(name) for name in list(unknown)[:TOLD_NAMES]]
        more = f" and {len(unknown) - TOLD_NAMES} more" if len(unknown) > TOLD_NAMES else ""
        remarks.append(f"{path.name}: opcodes that are not played: {', '.join(names)}{more}")
    if not regions:
        why = f"; {remarks[0]}" if remarks else ""
        message = f"{path.name} has no region that can be played{why}"
        raise InputError(message)
    control = Opcodes(text.control)
    at_rest = {
        number: normalised(number, control.number(f"set_cc{number}"))
        for number, _ in numbered(text.control, "set_cc")
    } | {
        number: min(max(control.number(f"set_hdcc{number}"), 0.0), 1.0)
        for number, _ in numbered(text.control, "set_hdcc")
    }
    samples = SampleSet(path.stem, regions, at_rest=at_rest)
    files = tuple((file, _modified_ns(file)) for file in (*text.files, *found.files))
    return SfzInstrument(samples, tuple(one_line(remark) for remark in remarks), files, labels)


def _shift(text: SfzText) -> int:
    """Keys by which ``<control>`` moves all keys of the file."""
    control = Opcodes(text.control)
    return int(control.number("note_offset")) + 12 * int(control.number("octave_offset"))


KEYS = (
    "key", "lokey", "hikey", "pitch_keycenter", "sw_last", "sw_lolast", "sw_hilast", "sw_default",
    "sw_lokey", "sw_hikey",
)  # fmt: skip


def _moved_keys(opcodes: dict[str, str], shift: int) -> dict[str, str]:
    if not shift:
        return opcodes
    told = Opcodes(opcodes)
    moved = {
        name: str(told.key(name, 0) + shift)
        for name in KEYS
        if name in opcodes and opcodes[name].strip() not in {"sample", "-1"}
    }
    return opcodes | moved


def _listed(names: list[str], count: int) -> str:
    """Names that are told, and how many more of the `count` there are."""
    more = count - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


class _Samples:
    """The recordings that an instrument names."""

    def __init__(self, path: Path, root: Path) -> None:
        self._path, self._root = path, root
        self._known: dict[str, SampleFile | None] = {}
        self._missing: list[str] = []
        self._in_other_case: list[str] = []
        self._told: dict[str, None] = {}
        self.files: list[Path] = []

    def read(self, folder: str, name: str) -> SampleFile | None:
        """A recording; None: it is not there, or nothing is named.  `folder` is put before the name."""
        if not name:
            return None
        if name.startswith("*"):
            if name != "*silence":
                self._told[f"{self._path.name}: `{shown_name(name)}` is not played"] = None
            return None
        full = folder + name
        if full not in self._known:
            self._known[full] = self._read(full)
        return self._known[full]

    def remarks(self) -> list[str]:
        """Sentences about what was not as it is written."""
        made = list(self._told)
        if self._in_other_case:
            is_one = len(self._in_other_case) == 1
            verb, what = ("is", "the file") if is_one else ("are", "the files")
            shown = [f"`{shown_name(name)}`" for name in self._in_other_case[:TOLD_FILES]]
            listed = _listed(shown, len(self._in_other_case))
            made.insert(0, f"{self._path.name}: {listed} {verb} written in another case than {what}")
        if self._missing:
            shown = [self._missing_name(name) for name in self._missing[:TOLD_FILES]]
            listed = _listed(shown, len(self._missing))
            made.append(f"{self._path.name} names files that are not there: {listed}")
        return made

    def _missing_name(self, name: str) -> str:
        """A name with that of a file which it may mean."""
        near = near_name(self._path.parent, name)
        shown = f"`{shown_name(name)}`"
        return f"{shown} (there is `{near}`)" if near else shown

    def _read(self, name: str) -> SampleFile | None:
        path, remark = file_within(self._path.parent, name, self._root)
        if path is None and remark.startswith("there is no"):
            self._missing.append(name)
            return None
        if remark and path is not None:
            self._in_other_case.append(name)
        elif remark:
            self._told[f"{self._path.name}: {remark}"] = None
        if path is None:
            return None
        try:
            file = read_sample(path)
        except InputError as error:
            self._told[f"{self._path.name}: {error}"] = None
            return None
        self.files.append(path)
        return file
