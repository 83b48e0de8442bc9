"""Reads section, layer, tempo and bars from file names.

Authors name stems in many ways: ``explore_drums.wav``, ``combat-bass.flac``, ``01 Drums (Combat).wav``,
``combat/drums.wav``.  Words that all names share are dropped.  Known words decide what is a section and what
is a layer; without known words, the words that repeat decide.  Files that differ only in a letter, or in a
word such as *take*, are variations of one layer.  A file with a word such as *stinger* is a stinger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

DEFAULT_SECTION, DEFAULT_LAYER, DEFAULT_STINGER = "main", "music", "stinger"
_LONGEST = 64

_BPM = re.compile(r"(?<![\d.])(\d{2,3}(?:\.\d{1,3})?)[\s_-]*bpm|bpm[\s_-]*(\d{2,3}(?:\.\d{1,3})?)")
_BARS = re.compile(r"(?<!\d)(\d{1,3})[\s_-]*(?:bars?|measures?)(?![a-z])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def word_set(text: str) -> frozenset[str]:
    """Return the set of the words of a text."""
    return frozenset(text.split())


# Words in file names that name neither a section nor a layer.
_NOISE = word_set(
    "stem stems loop loops looped export bounce bounced master final mixdown stereo mono wav flac "
    "ogg mp3 44k 48k 96k 16bit 24bit 32bit"
)
_LOOPS = word_set("loop loops looped")
_NEUTRAL_FOLDERS = word_set(
    "stems audio files sounds music export exports bounces bounced rendered renders samples tracks wav wavs "
    "flac ogg mp3"
)
_MIX_WORDS = word_set("mix mixdown master full fullmix preview demo")

# What DAWs and sample libraries add: the key, and the tempo without its unit.
_KEY = re.compile(r"[a-g](?:#|b|is|es|sharp|flat)?(?:m|min|minor|maj|major)")
_LEAST_BARE_BPM, _MOST_BARE_BPM = 60, 200

_LAYER_WORDS = word_set(
    "drum drums kick snare hat hats hihat hihats cymbal cymbals tom toms perc percussion shaker "
    "tambourine clap claps beat beats groove bass sub subbass contrabass guitar guitars gtr gtrs "
    "piano keys keyboard rhodes organ synth synths pad pads lead leads arp arps pluck plucks bell "
    "bells mallets marimba vibes glock string strings violin violins viola violas cello cellos "
    "brass horn horns trumpet trombone tuba woodwind woodwinds wind winds flute clarinet oboe "
    "bassoon sax harp choir vocal vocals vox voice voices melody harmony chords theme fx sfx noise "
    "atmos drone drones texture riser ostinato rhythm orchestra band music bgm"
)
_SECTION_WORDS = word_set(
    "explore exploration combat battle fight action chase boss menu title intro outro verse chorus "
    "bridge refrain calm peace peaceful idle rest safe shelter town village camp tension tense "
    "suspense stealth alert danger alarm victory win defeat lose gameover ending credits day night "
    "dawn dusk underwater cave forest desert dungeon ambient ambience shop store market tavern inn "
    "fanfare jingle map world overworld lobby castle temple beach mountain puzzle minigame race"
)


_STINGER_WORDS = word_set("stinger stingers sting oneshot")
_VARIATION = re.compile(r"^(?:(.*) )?(?:(?:take|alt|alternative|var|variation|version|v) ?(\d*)|([a-h]))$")
"""Groups: the words before the word or letter of a variation, the variation's number, its letter."""


@dataclass(frozen=True)
class NamedStem:
    """A file and what its name states.

    Attributes
    ----------
    path : Path
        The file.
    section, layer : str
        Identifiers: ``[a-z][a-z0-9_]*``, at most 64 characters.
    bpm : float or None
        The stated tempo, 20 to 400.
    bars : int
        The stated number of bars; 0 if none.
    variation : int
        Its index among several variations of one layer, from 1; 0 if it is the only file.
    is_stinger : bool
        Whether the name says that it is a stinger; then `layer` is the stinger's name.
    """

    path: Path
    section: str
    layer: str
    bpm: float | None = None
    bars: int = 0
    variation: int = 0
    is_stinger: bool = False


def words_of(path: Path) -> list[str]:
    """Return the words of a file's name, without tempo, bars and words that mean nothing here."""
    return _tokens(path.stem)


def is_named_as_mix(path: Path) -> bool:
    """Return whether a file's name says that it is the mix of the others."""
    return bool(_MIX_WORDS.intersection(re.split(r"[\W_]+", path.stem.lower())))


def group(paths: Sequence[Path], folder: Path) -> list[NamedStem]:
    """Sort files into sections and layers.

    Parameters
    ----------
    paths : sequence of Path
        Files in `folder` or below it; a subfolder's name is the section, with the names of those above it
        where two have the same name.
    folder : Path
        What the names are relative to.

    Returns
    -------
    list of NamedStem
        In the order of `paths`; no two have the same section, layer and variation.

    Examples
    --------
    >>> paths = [Path("01 Drums (Combat).wav"), Path("02 Bass (Calm).wav")]
    >>> [(stem.section, stem.layer) for stem in group(paths, Path())]
    [('combat', 'drums'), ('calm', 'bass')]
    """
    places = {path: ("", name) for path in paths if (name := _stinger(path))}
    is_stinger = set(places)
    titles = _titles(list(dict.fromkeys(path.parent for path in paths)), folder)
    for place, title in titles.items():
        inside = [path for path in paths if path.parent == place and path not in is_stinger]
        for path, (section, layer) in zip(inside, _split(inside, bool(title)), strict=True):
            places[path] = (title or section, layer)
    variations = _variations(places)
    named = [
        replace(
            _named(path, places[path][0], *variations.get(path, (places[path][1], 0)), number),
            is_stinger=path in is_stinger,
        )
        for number, path in enumerate(paths, 1)
    ]
    return _without_duplicates(named)


def _titles(places: Sequence[Path], folder: Path) -> dict[Path, str]:
    """Return the section of each folder, as words; empty if the folder's name says nothing."""
    below = {place: () if place in (folder, Path()) else place.relative_to(folder).parts for place in places}
    words = {
        place: [title for part in parts if (title := _folder_title(part))] for place, parts in below.items()
    }
    last = [found[-1] for found in words.values() if found]
    return {
        place: "" if not found else found[-1] if last.count(found[-1]) == 1 else " ".join(found)
        for place, found in words.items()
    }


def _folder_title(name: str) -> str:
    words = _tokens(name)
    return "" if _NEUTRAL_FOLDERS.issuperset(words) else " ".join(words)


# Letters that have no ASCII letter below an accent.
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def identifier(words: str, fallback: str) -> str:
    """Turn words into a valid name: ``[a-z][a-z0-9_]*``, at most 64 characters.

    Examples
    --------
    >>> identifier("Crème brûlée #2", "layer")
    'creme_brulee_2'
    >>> identifier("8-bit", "layer"), identifier("日本", "layer")
    ('layer_8_bit', 'layer')
    """
    folded = unicodedata.normalize("NFKD", words.lower().translate(_PLAIN))
    folded = folded.encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")
    if not name or not name[0].isalpha():
        name = f"{fallback}_{name}".strip("_")
    # `any` stands for every section in a transition rule.
    name = f"{fallback}_any" if name == "any" else name
    return name[:_LONGEST].rstrip("_")


def _stinger(path: Path) -> str:
    """Return the name of a stinger, as words; empty if the file name has no word for a stinger."""
    words = _tokens(path.stem)
    if not _STINGER_WORDS.intersection(words):
        return ""
    return " ".join(word for word in words if word not in _STINGER_WORDS) or DEFAULT_STINGER


def _variations(places: Mapping[Path, tuple[str, str]]) -> dict[Path, tuple[str, int]]:
    """Return layer, as words, and index of every file that is one of several variations.

    Numbers alone do not make variations (two kicks are two layers), nor do letters without other words.
    """
    families: dict[tuple[str, str], list[tuple[int, bool, Path]]] = {}
    for path, (section, layer) in places.items():
        found = _VARIATION.match(layer)
        head, number, letter = found.groups() if found else (layer, "", None)
        place = ord(letter) - ord("a") + 1 if letter else int(number or 2) if found else 1
        families.setdefault((section, head or ""), []).append((place, bool(found), path))
    variations: dict[Path, tuple[str, int]] = {}
    for (section, head), members in families.items():
        has_name = bool(head) or section != DEFAULT_SECTION
        is_complete = sorted(place for place, _, _ in members) == list(range(1, len(members) + 1))
        if len(members) > 1 and has_name and is_complete and any(says_so for _, says_so, _ in members):
            variations |= {path: (head or DEFAULT_LAYER, place) for place, _, path in members}
    return variations


def _named(path: Path, section: str, layer: str, variation: int, number: int) -> NamedStem:
    text = path.stem.lower().replace(",", ".")
    bpm = next((float(a or b) for a, b in _BPM.findall(text)), None)
    if bpm is None:
        bpm = next(filter(None, map(_bare_bpm, re.split(r"[\W_]+", text))), None)
    bars = next((int(count) for count in _BARS.findall(text)), 0)
    return NamedStem(
        path,
        identifier(section, "section"),
        identifier(layer or str(number), "layer"),
        bpm if bpm is not None and 20.0 <= bpm <= 400.0 else None,
        bars,
        variation,
    )


def _tokens(text: str) -> list[str]:
    """Split a name into lower-case words, without tempo, bars, `_NOISE` and leading numbers."""
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    plain = _BARS.sub(" ", _BPM.sub(" ", plain))
    parts = [_folded(word) for word in re.split(r"[^\w#]+|_+", plain) if word]
    if "intro" in parts and _LOOPS.intersection(parts):  # the file holds both: it is a stem of its section
        parts.remove("intro")
    words = [word for word in parts if word not in _NOISE]
    words = [word.replace("#", "") for word in words if len(words) == 1 or not _KEY.fullmatch(word)] or words
    while len(words) > 1 and words[0].isdigit():
        words = words[1:]
    while len(words) > 1 and _bare_bpm(words[-1]):
        words = words[:-1]
    return words


def _folded(word: str) -> str:
    """Return a word without accents, so that `menü` is a menu; as it is if no letter is left."""
    folded = unicodedata.normalize("NFKD", word.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return folded or word


def _bare_bpm(word: str) -> float | None:
    """Return the tempo that a number without a unit states, if it can be one."""
    is_bpm = word.isdigit() and _LEAST_BARE_BPM <= int(word) <= _MOST_BARE_BPM
    return float(word) if is_bpm else None


def _split(paths: Sequence[Path], has_section: bool) -> list[tuple[str, str]]:
    """Return the section and the layer of each file of one folder, as words."""
    names = [_tokens(path.stem) for path in paths]
    names, shared = without_shared(names)
    if has_section:
        return [(DEFAULT_SECTION, " ".join(words)) for words in names]
    common = [word for word in shared if word in _SECTION_WORDS]
    if common:
        return [(" ".join(common), " ".join(words)) for words in names]
    hits = sum(bool(_SECTION_WORDS.intersection(words)) for words in names)
    # A lone "ambience" among drums and bass is a layer, not a section.
    if 2 * hits > len(names):
        return [_by_words(words) for words in names]
    return _by_pattern(names)


def without_shared(names: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """Drop the words that all names begin or end with; each name keeps at least one word.

    Returns
    -------
    names : list of list of str
        The words that are left of each name.
    shared : list of str
        The words that were dropped.
    """
    shared: list[str] = []
    for end in (0, -1):
        while len(names) > 1 and all(len(words) > 1 for words in names):
            word = names[0][end]
            # Kick 1 and kick 2 keep "kick", verse 1 and verse 2 keep "verse".
            is_kept = word in _LAYER_WORDS or (end == 0 and any(words[1].isdigit() for words in names))
            if is_kept or any(words[end] != word for words in names):
                break
            shared.append(word)
            names = [words[1:] if end == 0 else words[:-1] for words in names]
    return names, shared


def _by_words(words: list[str]) -> tuple[str, str]:
    """Split words into the known words of sections and the rest; a number after a section belongs to it."""
    is_section = [word in _SECTION_WORDS for word in words]
    for index, word in enumerate(words[1:], 1):
        is_section[index] |= is_section[index - 1] and word.isdigit()
    section = [word for word, hit in zip(words, is_section, strict=True) if hit]
    layer = [word for word, hit in zip(words, is_section, strict=True) if not hit]
    return " ".join(section) or DEFAULT_SECTION, " ".join(layer) or DEFAULT_LAYER


def _by_pattern(names: list[list[str]]) -> list[tuple[str, str]]:
    """Use the words beside known layers as sections; without known layers, the words that repeat."""
    rests = [[word for word in words if word not in _LAYER_WORDS] for words in names]
    heads = [[word for word in words if word in _LAYER_WORDS] for words in names]
    rests, heads = _with_name_of_song(names, rests, heads)
    titles = [" ".join(rest) for rest in rests]
    if all(titles) and all(heads) and 1 < len(set(titles)) < len(names):
        return [(title, " ".join(head)) for title, head in zip(titles, heads, strict=True)]
    if not any(heads) and all(len(words) > 1 for words in names):
        for end in (0, -1):
            if 1 < len({words[end] for words in names}) < len(names):
                cut = slice(1, None) if end == 0 else slice(None, -1)
                return [(words[end], " ".join(words[cut])) for words in names]
    return [(DEFAULT_SECTION, " ".join(words)) for words in names]


def _with_name_of_song(
    names: list[list[str]], rests: list[list[str]], heads: list[list[str]]
) -> tuple[list[list[str]], list[list[str]]]:
    """Move words of layers that all files of a song have, such as the *band* of ``garage_band_bass.wav``."""
    by_title: dict[tuple[str, ...], list[int]] = {}
    for number, rest in enumerate(rests):
        by_title.setdefault(tuple(rest), []).append(number)
    moved = list(zip(rests, heads, strict=True))
    for numbers in by_title.values():
        common = set.intersection(*(set(heads[number]) for number in numbers))
        if len(numbers) == 1 or not all(set(heads[number]) - common for number in numbers):
            continue
        for number in numbers:
            words = names[number]
            moved[number] = (
                [word for word in words if word not in _LAYER_WORDS or word in common],
                [word for word in heads[number] if word not in common],
            )
    return [rest for rest, _ in moved], [head for _, head in moved]


def _without_duplicates(named: list[NamedStem]) -> list[NamedStem]:
    """Number the layers of a section that have the same name and are not variations."""
    taken: set[tuple[str, str, int]] = set()
    unique = []
    for stem in named:
        layer, number = stem.layer, 2
        while (stem.section, layer, stem.variation) in taken:
            layer = f"{stem.layer[: _LONGEST - 5]}_{number}"
            number += 1
        taken.add((stem.section, layer, stem.variation))
        unique.append(replace(stem, layer=layer))
    return unique
