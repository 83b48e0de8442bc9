"""OSC address patterns: ``/adaptive/parameter/{wind,rain}``, ``/sensor/*/level``.

Open Sound Control 1.0: ``?`` is one character, ``*`` any number, ``[a-d]`` and ``[!a-d]`` one of a set, and
``{this,that}`` one of some texts; none of them matches a ``/``.  A pattern may come from anybody, so a match
takes time proportional to the address: all places in the pattern that a text may have reached are the bits of
one number (as in Wu and Manber, "Fast Text Searching", CACM 35:10, 1992).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from adaptive.errors import OscError

SPECIAL = frozenset("*?[{")
LONGEST_PATTERN = 255
MOST_ALTERNATIVES = 16
"""Patterns without braces to which one with braces may be expanded."""


def is_pattern(address: str) -> bool:
    """Whether an address holds a special character.

    Examples
    --------
    >>> is_pattern("/a/b"), is_pattern("/a/*")
    (False, True)
    """
    return not SPECIAL.isdisjoint(address)


@dataclass(frozen=True, slots=True)
class _PatternToken:
    """One character of a set, or any number of them (`repeats`)."""

    characters: frozenset[str]
    is_negated: bool
    repeats: bool = False

    def takes(self, character: str) -> bool:
        return character != "/" and (character in self.characters) != self.is_negated


_ANY = _PatternToken(frozenset(), is_negated=True)
_MANY = _PatternToken(frozenset(), is_negated=True, repeats=True)


class OscPattern:
    """A pattern that is compared with addresses.

    Parameters
    ----------
    text : str
        The pattern.

    Raises
    ------
    OscError
        It is malformed, or has too many alternatives.

    Examples
    --------
    >>> OscPattern("/rain/[0-9]").matches("/rain/7")
    True
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            message = f"an address pattern is longer than {LONGEST_PATTERN} characters"
            raise OscError(message)
        self.text = text
        self._plain = [_PlainPattern(_tokens(one)) for one in _expanded(text)]

    def matches(self, address: str) -> bool:
        """Whether the whole of an address matches."""
        return any(one.matches(address) for one in self._plain)

    def among(self, addresses: Iterable[str]) -> list[str]:
        """The addresses that match, in their order."""
        return [address for address in addresses if self.matches(address)]


class _PlainPattern:
    """A pattern without braces; bit n of a number stands for the place before its n-th token."""

    def __init__(self, tokens: list[_PatternToken | str]) -> None:
        self._tokens = tokens
        self._stars = sum(
            1 << n for n, one in enumerate(tokens) if isinstance(one, _PatternToken) and one.repeats
        )
        self._taken: dict[str, int] = {}

    def matches(self, address: str) -> bool:
        places = 1 | (self._stars & 1) << 1
        for character in address:
            taken = places & self._takers(character)
            reached = (taken & self._stars) | (taken & ~self._stars) << 1
            # behind a star, which may match nothing, there is no other star
            places = reached | (reached & self._stars) << 1
            if not places:
                return False
        return bool(places >> len(self._tokens) & 1)

    def _takers(self, character: str) -> int:
        """The tokens that take a character."""
        found = self._taken.get(character)
        if found is None:
            found = sum(
                1 << n
                for n, one in enumerate(self._tokens)
                if (one == character if isinstance(one, str) else one.takes(character))
            )
            self._taken[character] = found
        return found


@lru_cache(maxsize=256)
def pattern_of(text: str) -> OscPattern:
    """The pattern of a text; the latest are kept, because the same come sixty times a second."""
    return OscPattern(text)


def _expanded(text: str) -> list[str]:
    """The patterns without braces that one with braces stands for."""
    done, left = [""], text
    while left:
        head, brace, rest = _before_brace(left)
        done = [one + head for one in done]
        if not brace:
            break
        inside, closed, left = rest.partition("}")
        if not closed or "{" in inside:
            message = "a { of an address pattern has no }"
            raise OscError(message)
        # what stands within braces is text, not a pattern
        words = ["".join(f"[{c}]" if c in "*?" else c for c in word) for word in inside.split(",")]
        if len(done) * len(words) > MOST_ALTERNATIVES:
            message = f"an address pattern has more than {MOST_ALTERNATIVES} alternatives"
            raise OscError(message)
        done = [one + word for one in done for word in words]
    return done


def _before_brace(text: str) -> tuple[str, str, str]:
    """What comes before the first ``{`` outside of a set."""
    is_in_set = False
    for place, character in enumerate(text):
        if character == "[":
            is_in_set = True
        elif character == "]":
            is_in_set = False
        elif character == "{" and not is_in_set:
            return text[:place], "{", text[place + 1 :]
    return text, "", ""


def _tokens(text: str) -> list[_PatternToken | str]:
    """A list of single characters, of sets and of stars."""
    found: list[_PatternToken | str] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character == "[":
            end = text.find("]", place + 1)
            if end <= place + 1:
                message = "a [ of an address pattern has no ], or nothing before it"
                raise OscError(message)
            found.append(_set(text[place + 1 : end]))
            place = end
        elif character == "?":
            found.append(_ANY)
        elif character == "*":
            if not found or found[-1] != _MANY:
                found.append(_MANY)
        else:
            found.append(character)
        place += 1
    return found


def _set(text: str) -> _PatternToken:
    is_negated = text.startswith("!")
    inside = text[1:] if is_negated else text
    if not inside:
        message = "a set of an address pattern is empty"
        raise OscError(message)
    characters: set[str] = set()
    place = 0
    while place < len(inside):
        is_range = place + 2 < len(inside) and inside[place + 1] == "-"
        if is_range:
            low, high = sorted((ord(inside[place]), ord(inside[place + 2])))
            characters.update(map(chr, range(low, min(high, low + 255) + 1)))
            place += 3
        else:
            characters.add(inside[place])
            place += 1
    return _PatternToken(frozenset(characters), is_negated)
