"""Damages valid bytes and valid trees; the same seed gives the same damage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Tree = Any
"""A document of JSON or TOML: dicts, lists, strings, numbers, booleans, None."""

LONGEST = 70_000
"""Most bytes of a damaged packet: more than any server accepts."""

NUMBERS = (
    b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"inf", b"nan", b"1e999", b"-1e999", b"1e308", b"1e-320",
    b"-0", b"-0.0", b"0x10", b"1_0", b"01", b"+1", b".5", b"5.", b"2147483648", b"9223372036854775808",
    b"18446744073709551616", b"-1", b"1e", b"1" + b"0" * 308, b"9" * 4290, b"9" * 4400, b"true", b"null", b"",
)  # fmt: skip
"""Replacements for a number."""

STRANGE_BYTES = (
    b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80\xa8", b"\x1b[2J",
    b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\n", b"\\ud800", b"\\u0000", b'"', b"'", b"\\",
    b"[", b"]", b"{", b"}", b",", b":", b"=", b"#", b".", b"/", b";", b"\t", b" ", b"%", b"&",
)  # fmt: skip
"""Bytes on which parsers branch, or that are not valid text."""

SIZES = (
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_NAME = re.compile(rb"[A-Za-z_]{2,}")


class Chance:
    """Random whole numbers from a seed, drawn many at a time because numpy is slow for single numbers."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._pool: list[int] = []

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        if not self._pool:
            self._pool = self._rng.integers(2**32, size=65_536).tolist()
        return self._pool.pop() * limit >> 32

    def one_of(self, things: Sequence[T]) -> T:
        """A random element of a sequence."""
        return things[self.below(len(things))]

    def is_one_in(self, count: int) -> bool:
        """True with probability 1 / `count`."""
        return self.below(count) == 0


# ── bytes ──────────────────────────────────────────────────────────────────────────────────────────

Damage = Callable[[Chance, bytes, Sequence[bytes]], bytes]


def _flip(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    if not packet:
        return packet
    damaged = bytearray(packet)
    for _ in range(1 + chance.below(4)):
        damaged[chance.below(len(damaged))] ^= 1 << chance.below(8)
    return bytes(damaged)


def _set(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    if not packet:
        return packet
    damaged = bytearray(packet)
    for _ in range(1 + chance.below(4)):
        damaged[chance.below(len(damaged))] = chance.below(256)
    return bytes(damaged)


def _cut(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    at = chance.below(len(packet) + 1)
    return packet[at:] if chance.is_one_in(4) else packet[:at]


def _splice(chance: Chance, packet: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.one_of(others)
    return packet[: chance.below(len(packet) + 1)] + other[chance.below(len(other) + 1) :]


def _insert(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    at = chance.below(len(packet) + 1)
    return packet[:at] + chance.one_of(STRANGE_BYTES) + packet[at:]


def _drop(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    at = chance.below(len(packet) + 1)
    return packet[:at] + packet[at + 1 + chance.below(8) :]


def _repeat(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    first = chance.below(len(packet) + 1)
    piece = packet[first : first + 1 + chance.below(32)]
    times = 1 + chance.below(4) if not chance.is_one_in(50) else 1 + chance.below(2000)
    return packet[:first] + piece * times + packet[first:]


def _wrong_size(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    width = chance.one_of((1, 2, 4, 4, 8))
    if len(packet) < width:
        return packet
    at = chance.below(len(packet) - width + 1)
    size = chance.one_of(SIZES) & ((1 << (8 * width)) - 1)
    return packet[:at] + size.to_bytes(width, chance.one_of(("big", "little"))) + packet[at + width :]


def _number(chance: Chance, packet: bytes, others: Sequence[bytes]) -> bytes:
    found = list(_NUMBER.finditer(packet))
    if not found:
        return _wrong_size(chance, packet, others)
    token = chance.one_of(found)
    return packet[: token.start()] + chance.one_of(NUMBERS) + packet[token.end() :]


def _name(chance: Chance, packet: bytes, others: Sequence[bytes]) -> bytes:
    """Replace a name by another name, a very long one, or nothing."""
    found = list(_NAME.finditer(packet))
    if not found:
        return _insert(chance, packet, others)
    token = chance.one_of(found)
    others_found = _NAME.findall(chance.one_of(others)) or [b"x"]
    long = token[0] * chance.one_of((2, 30, 300, 5000)) if chance.is_one_in(8) else token[0][:1]
    return (
        packet[: token.start()]
        + chance.one_of((chance.one_of(others_found), long, b""))
        + packet[token.end() :]
    )


def _nest(chance: Chance, packet: bytes, _others: Sequence[bytes]) -> bytes:
    """Put nested brackets around the packet, or around part of it."""
    depth = chance.one_of((1, 2, 10, 100, 300, 900 + chance.below(200), 5000))
    head, tail = chance.one_of(((b"[", b"]"), (b'{"a":', b"}"), (b'{"state":', b"}"), (b"(", b")")))
    at = chance.below(len(packet) + 1) if chance.is_one_in(2) else 0
    return packet[:at] + head * depth + packet[at:] + tail * depth


DAMAGES: tuple[Damage, ...] = (
    _flip, _flip, _set, _set, _cut, _cut, _splice, _splice, _insert, _insert, _drop, _repeat, _wrong_size,
    _number, _number, _name, _name,
)  # fmt: skip


def damaged(chance: Chance, seeds: Sequence[bytes], longest: int = LONGEST) -> bytes:
    """A random packet with one to three changes; sometimes empty, sometimes deeply nested."""
    if chance.is_one_in(500):
        return b""
    packet = chance.one_of(seeds)
    if chance.is_one_in(200):
        return _nest(chance, packet, seeds)[:longest]
    for _ in range(1 + chance.below(3)):
        packet = chance.one_of(DAMAGES)(chance, packet, seeds)
    return packet[:longest]


# ── trees ──────────────────────────────────────────────────────────────────────────────────────────


def deep(depth: int, of: str = "list") -> Tree:
    """A tree that is one long branch."""
    tree: Tree = 0
    for _ in range(depth):
        tree = [tree] if of == "list" else {"a": tree}
    return tree


VALUES: tuple[Tree, ...] = (
    None, True, False, 0, 1, -1, 0.5, -0.0, 1e-320, 3.5e38, 1e300, 1.7e308, float("nan"), float("inf"),
    -float("inf"), 2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**300, 10**310, -(10**310), "", " ", "any", "x",
    "\0", "\x1b[2J", "\ud800", "é" * 70, "x" * 200, "x" * 5000, "../../etc/passwd", "/", "NaN", "1", [], {},
    [[]], [0, 0], [1, 0], {"a": 1}, deep(40), deep(40, "dict"), [None] * 300, "bar", "4/4", "0/0", [0.0, 1.0],
    [[0.0, 1.0], [1.0, -80.0]],
)  # fmt: skip
"""Replacements for any value."""

KEYS = (
    "",
    "a",
    "x_free",
    "any",
    "\0",
    "\ud800",
    "X",
    "é",
    "0",
    "id",
    "x" * 300,
    "stem",
    "layers",
    "t",
    "value",
)


def _places(tree: Tree, found: list[tuple[Any, Any]]) -> None:
    """Append every place of a tree: its container, and its key or index there."""
    if isinstance(tree, dict):
        for key, inner in tree.items():
            found.append((tree, key))
            _places(inner, found)
    elif isinstance(tree, list):
        for number, inner in enumerate(tree):
            found.append((tree, number))
            _places(inner, found)


_PLACES: dict[int, tuple[Tree, list[tuple[Any, Any]]]] = {}


def _known_places(seed: Tree) -> list[tuple[Any, Any]]:
    """Places of a tree that is never changed, cached."""
    if id(seed) not in _PLACES:
        found: list[tuple[Any, Any]] = []
        _places(seed, found)
        _PLACES[id(seed)] = seed, found
    return _PLACES[id(seed)][1]


def copied(tree: Tree) -> Tree:
    """A deep copy of a tree."""
    if isinstance(tree, dict):
        return {key: copied(inner) for key, inner in tree.items()}
    return [copied(inner) for inner in tree] if isinstance(tree, list) else tree


def damaged_tree(chance: Chance, seeds: Sequence[Tree]) -> Tree:
    """A random tree, of which one to three places are replaced, dropped, renamed or repeated."""
    tree = copied(chance.one_of(seeds))
    for _ in range(1 + chance.below(3)):
        found: list[tuple[Any, Any]] = []
        _places(tree, found)
        if not found:
            return copied(chance.one_of(VALUES))
        container, key = chance.one_of(found)
        _change(chance, container, key, seeds)
    return tree


def _change(chance: Chance, container: Any, key: Any, seeds: Sequence[Tree]) -> None:
    match chance.below(10):
        case 0:
            del container[key]
        case 1 | 8 | 9:
            other = _known_places(chance.one_of(seeds))
            alike = [pair for pair in other if type(pair[0][pair[1]]) is type(container[key])]
            if alike:  # a value of the same type from elsewhere: wrong here, but not obviously
                from_container, from_key = chance.one_of(alike)
                container[key] = copied(from_container[from_key])
        case 2 if isinstance(container, dict):
            container[chance.one_of(KEYS)] = container.pop(key)
        case 3 if isinstance(container, dict):
            container[chance.one_of(KEYS)] = copied(chance.one_of(VALUES))
        case 3:
            container.insert(key, copied(container[key]))
        case 4 | 5 if isinstance(container[key], int | float) and -1e9 < container[key] < 1e9:
            factor = chance.one_of((-1, 0, 0.5, 2, 3, 10, 1000, 1e6, 1e12))
            container[key] = type(container[key])(factor * (container[key] or 1))
        case _:
            container[key] = copied(chance.one_of(VALUES))


def as_json(tree: Tree) -> bytes:
    """A tree as JSON, with NaN and lone surrogates if it has them."""
    return json.dumps(tree).encode()


def damaged_json(chance: Chance, trees: Sequence[Tree], texts: Sequence[bytes]) -> bytes:
    """JSON damaged as a tree or as text, with a duplicate key, or nested as deeply as Python can parse."""
    kind = chance.below(100)
    if kind < 50:
        return as_json(damaged_tree(chance, trees))
    if kind < 96:
        return damaged(chance, texts)
    text = chance.one_of(texts)
    if kind < 98:
        return text[:-1] + b"," + chance.one_of(texts).lstrip()[1:]
    depth = 850 + chance.below(150)
    value = chance.one_of((b"[", b'{"a":')) * depth
    closed = value + b"0" + (b"]" if value[:1] == b"[" else b"}") * depth
    return (
        _number(chance, text, texts)
        if chance.is_one_in(4)
        else re.sub(rb":\s*[^,}]+", b":" + closed, text, count=1)
    )
