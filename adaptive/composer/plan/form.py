"""The form of a section: a sequence of parts, each a statement of a theme.

A form is written in letters: ``"A A' B A"``.  A letter is a theme; a prime is a varied return.  The first
statement of a theme is plain, whatever its primes.  A form goes on for ever, in *movements*: a declared
form is a movement that is repeated, in which the first letter keeps its theme and the others get new ones;
without a declared form, the seed chooses every movement.

Examples
--------
>>> [str(part) for part in parse_form("A A' B A''")]
['A', "A'", 'B', "A''"]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from adaptive.composer.genres.genre import Choruses
from adaptive.composer.seeding import named_seed, seeded
from adaptive.errors import InputError, quoted

MOST_PARTS = 32
"""Most letters of a declared form."""

_PART = re.compile(r"([A-Z])('{0,3})")

# The first movement brings a theme back within six parts, twice; the themes of a pattern are counted from 0.
_FIRST = (
    ((0, 0), (0, 1), (1, 0), (0, 0), (2, 0), (0, 2)),
    ((0, 0), (1, 0), (0, 1), (2, 0), (1, 0), (0, 2)),
    ((0, 0), (0, 1), (1, 0), (2, 0), (0, 2), (1, 0)),
)
# All patterns have the same length, so that the movement of a bar is found without those before it.
# Later movements have new themes; -1 is a theme of an earlier movement, with which they end.
_LATER = (
    ((0, 0), (0, 1), (1, 0), (0, 0), (2, 0), (-1, 1)),
    ((0, 0), (1, 0), (0, 1), (2, 0), (0, 0), (-1, 2)),
    ((0, 0), (0, 1), (1, 0), (1, 0), (0, 2), (-1, 1)),
)
MOVEMENT_PARTS = 6
"""Parts of a movement that the seed chooses."""

KNOWN_TUNES = 0.3
"""Share of later tunes that have been played before."""

SALT_TUNE = 31


@dataclass(frozen=True, slots=True)
class FormPart:
    """A letter of a form.

    Parameters
    ----------
    letter : str
        Name of the theme in the form.
    primes : int
        0: plain; 1: varied; 2 or 3: varied, and lifted by an octave in its second half.
    theme : str
        Name of the theme in the whole piece: the letter, and a number from its second theme on.
    place : int
        0: a main theme; 1: a contrast; 2: a quiet one.
    solo : int
        0: the theme as it is; from 1 on: improvised on its chords, in the chorus of this number.
    trades : bool
        Whether drums answer alone in every second phrase.
    """

    letter: str
    primes: int = 0
    theme: str = ""
    place: int = 0
    solo: int = 0
    trades: bool = False

    def __str__(self) -> str:
        name = (self.theme or self.letter) + "'" * self.primes
        return f"{name} solo {self.solo}" if self.solo else name


Movement = tuple[FormPart, ...]
"""The parts of a movement."""


def parse_form(text: str) -> tuple[FormPart, ...]:
    """Parse a form such as ``"A A' B A"``.

    Raises
    ------
    InputError
        It has no letter, too many, or something else than letters A to Z with up to three primes.
    """
    words = text.replace("′", "'").replace("’", "'").replace("″", "''").split()
    if not words:
        raise InputError("a form without a letter: write one for each part, such as `A A' B A`")
    if len(words) > MOST_PARTS:
        message = f"a form of {len(words)} parts: write at most {MOST_PARTS}"
        raise InputError(message)
    letters: dict[str, int] = {}
    parts = []
    for word in words:
        found = _PART.fullmatch(word)
        if found is None:
            message = f"{quoted(word)} is no part of a form: write a capital letter and up to three primes"
            raise InputError(f"{message}, such as `A` or `A'`")
        order = letters.setdefault(found[1], len(letters))
        place = 1 + (order - 1) % 2 if order else 0
        parts.append(FormPart(found[1], len(found[2]), found[1], place))
    return tuple(parts)


def movement(
    number: int,
    seed: int,
    declared: tuple[FormPart, ...] = (),
    visit: int = 0,
    forms: tuple[str, ...] = (),
) -> tuple[FormPart, ...]:
    """Return the parts of a movement.

    Parameters
    ----------
    number : int
        0 for the first movement since the section was entered.
    seed : int
        Seed of the section.
    declared : tuple of FormPart
        The declared form; empty: the seed chooses.
    visit : int
        How often the section was entered before: its first theme returns, varied, and every second time
        others follow it.
    forms : tuple of str
        Movements to choose from, of one length, such as those of a genre; empty: the usual ones.
    """
    if declared:
        return tuple(_renewed(part, number + visit // 2, visit > 0) for part in declared)
    rng = seeded(named_seed(seed, "form"), number, visit)
    patterns: Sequence[Sequence[tuple[int, int]]] = _LATER if number else _FIRST
    if forms:
        patterns = [_pattern(form, is_later=number > 0) for form in forms]
    pattern = patterns[int(rng.integers(len(patterns)))]
    first = 3 * (number + visit // 2)
    parts = []
    for place, primes in pattern:
        is_known = place < 0 or (place == 0 and not number)
        index = first + place
        if place < 0:
            index = int(rng.integers(first))
        elif is_known:
            index = 0
        name = theme_name(index)
        returns = visit > 0 and is_known
        parts.append(FormPart(name[0], max(primes, int(returns)), name, index % 3))
    return tuple(parts)


def chorus(number: int, seed: int, forms: tuple[str, ...], choruses: Choruses, visit: int = 0) -> Movement:
    """Return the parts of a movement of music that improvises on its themes.

    A tune is a head, some choruses that are improvised on its chords, and the head again, whose last
    part is varied; then another tune follows, which may be an earlier one.  All choruses of a tune have one
    form.

    Parameters
    ----------
    number, seed, forms, visit
        As in `movement`; a movement is a chorus.
    choruses : Choruses
        How many choruses are improvised.
    """
    tune, place_in_tune = divmod(number, choruses.solos + 2)
    solo = place_in_tune % (choruses.solos + 1)
    is_last = place_in_tune > choruses.solos
    named = named_seed(seed, "form")
    tune = _known_tune(tune, named)
    rng = seeded(named, tune, visit)
    pattern = _pattern(forms[int(rng.integers(len(forms)))], is_later=False)
    parts = []
    for number_in_form, (place, primes) in enumerate(pattern):
        is_known = place == 0 and not tune
        index = 0 if is_known else 3 * (tune + visit // 2) + place
        name = theme_name(index)
        returns = (visit > 0 and is_known) or (is_last and number_in_form == len(pattern) - 1)
        is_late = solo == choruses.solos > 0 and 2 * number_in_form >= len(pattern)
        trades = choruses.trades and is_late
        parts.append(FormPart(name[0], max(primes, int(returns)), name, index % 3, solo, trades))
    return tuple(parts)


def _known_tune(tune: int, seed: int) -> int:
    """Return the tune that is played: from the fourth one on now and then an earlier one."""
    rng = seeded(seed, SALT_TUNE, tune)
    if tune < 3 or rng.random() >= KNOWN_TUNES:
        return tune
    return _known_tune(int(rng.integers(tune - 1)), seed)


@lru_cache(maxsize=64)
def _pattern(form: str, *, is_later: bool) -> tuple[tuple[int, int], ...]:
    """Return the places and primes of a form; a later movement ends with a theme of an earlier one."""
    parts = parse_form(form)
    letters = list(dict.fromkeys(part.letter for part in parts))
    pattern = [(min(2, letters.index(part.letter)), part.primes) for part in parts]
    if is_later:
        pattern[-1] = (-1, max(1, parts[-1].primes))
    return tuple(pattern)


def _renewed(part: FormPart, round_: int, returns: bool) -> FormPart:
    """Return a part of a repeated form: all themes but the first are new in each round."""
    if not round_ and not returns:
        return part
    if not part.place:
        return FormPart(part.letter, max(1, part.primes), part.theme, 0)
    theme = f"{part.letter}{round_ + 1}" if round_ else part.theme
    return FormPart(part.letter, part.primes, theme, part.place)


def theme_name(index: int) -> str:
    """Return the name of a theme: A to Z, then A2 to Z2, and so on.

    Examples
    --------
    >>> theme_name(0), theme_name(27)
    ('A', 'B2')
    """
    rounds, letter = divmod(index, 26)
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[letter] + (str(rounds + 1) if rounds else "")
