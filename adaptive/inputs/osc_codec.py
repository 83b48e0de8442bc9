"""Decodes and encodes OSC packets.  It uses no sockets and no clocks, and does not interpret addresses.

The decoder accepts any bytes.  It returns their meaning, or raises `OscError` with one sentence that names
the byte and what was expected there.  It never raises anything else, never reads past the packet, and its
work is proportional to the packet's length.

It is strict, because a value read from the wrong place is worse than a refusal,
and lenient in four places where real senders need it:

- a message may end after its address (senders older than type tags);
- bytes after the last argument are ignored (Reaktor adds some);
- the last argument may lack its padding, which decides nothing;
- the padding of a blob may hold anything (sclang leaves rubbish there).

A packet is refused whole: one malformed message in a bundle refuses the bundle.

Examples
--------
>>> decode(encode_message("/adaptive/tempo", [172]))
OscMessage(address='/adaptive/tempo', arguments=(172,))

References
----------
Open Sound Control 1.0 specification (2002); the type tags of OSC 1.1 (NIME 2009).
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from adaptive.errors import OscError

# The largest payload of a UDP datagram over IPv4: 65,535 less 20 (IP) and 8 (UDP).
MAX_PACKET_BYTES: Final = 65_507
# Bundles of senders in the wild nest two or three deep; eight keeps recursion far from its limit.
MAX_BUNDLE_DEPTH: Final = 8
# The same for arrays: nested tuples are compared, hashed and printed recursively.
MAX_ARRAY_DEPTH: Final = 8
# Messages and bundles of one packet, all levels together: a transaction must fit one control step.
MAX_ELEMENTS: Final = 1_024
# Type tags of one message, brackets included: a `T` is one byte, so the packet's size is no useful limit.
MAX_TAGS: Final = 1_024
# The time tag that means "on arrival".
IMMEDIATELY: Final = 1

_BUNDLE_HEAD: Final = b"#bundle\0"
_KNOWN_TAGS: Final = "i f s b h d t S c r m T F N I [ ]"
# Characters of an address, or of other bytes, that an error message quotes.
_QUOTED: Final = 48

# First bytes that show which other protocol was sent to this port.
_WRONG_STARTS: Final = {
    ord("{"): "JSON, which belongs on the TCP or WebSocket port",
    ord("["): "JSON, which belongs on the TCP or WebSocket port",
    0xC0: "SLIP framing, which belongs to TCP and serial lines",
    0x00: "a zero byte, as if a length stood before the packet, which belongs to TCP",
}


class Impulse(enum.Enum):
    """The type of `IMPULSE`."""

    IMPULSE = "I"


# The value of the type tag `I`: a bang, "infinitum" in OSC 1.0. Not a number, so never clamped.
IMPULSE: Final = Impulse.IMPULSE


@dataclass(frozen=True, slots=True)
class OscTimeTag:
    """A time tag sent as an argument.  It is not a number, so that it is never clamped as a value.

    Attributes
    ----------
    raw : int
        64-bit NTP time: seconds since 1900 in the upper half, fractions in the lower.
    """

    raw: int


OscValue: TypeAlias = "int | float | str | bytes | bool | OscTimeTag | Impulse | tuple[OscValue, ...] | None"


@dataclass(frozen=True, slots=True)
class OscMessage:
    """One message.

    Attributes
    ----------
    address : str
        Begins with ``/``.  It may be a pattern; patterns are not expanded here.
    arguments : tuple of OscValue
        An array is a tuple within; a colour (`r`) and a MIDI message (`m`) are four bytes.
    """

    address: str
    arguments: tuple[OscValue, ...]


@dataclass(frozen=True, slots=True)
class OscBundle:
    """Messages and bundles that belong together.

    Attributes
    ----------
    time_tag : int
        Raw 64-bit NTP time; 1 is "immediately".
    elements : tuple of OscMessage or OscBundle
        In the order of the packet. Their time tags may be earlier than this one:
        OSC 1.0 forbids it, senders do it.
    """

    time_tag: int
    elements: tuple[OscMessage | OscBundle, ...]


def decode(packet: bytes) -> OscMessage | OscBundle:
    """Read one OSC packet.

    Parameters
    ----------
    packet : bytes
        One datagram, without SLIP framing or length prefix.

    Returns
    -------
    OscMessage or OscBundle
        Its meaning.

    Raises
    ------
    OscError
        If the packet is malformed, carries an unknown type tag, or exceeds a limit.
    """
    reader = _PacketReader(packet)
    if len(packet) > MAX_PACKET_BYTES:
        raise reader.fault(MAX_PACKET_BYTES, f"at most {MAX_PACKET_BYTES:,} bytes", f"{len(packet):,}")
    return reader.element(depth=0)


def flatten(packet: OscMessage | OscBundle) -> tuple[int, list[OscMessage]]:
    """List a packet's messages in order, with the outermost time tag.

    Parameters
    ----------
    packet : OscMessage or OscBundle
        As `decode` returns it.

    Returns
    -------
    time_tag : int
        Of the outermost bundle; `IMMEDIATELY` for a message on its own.
    messages : list of OscMessage
        Depth first, as they stand in the packet.
    """
    if isinstance(packet, OscMessage):
        return IMMEDIATELY, [packet]
    inner = [message for element in packet.elements for message in flatten(element)[1]]
    return packet.time_tag, inner


def encode_message(address: str, arguments: Iterable[OscValue] = ()) -> bytes:
    """Write one message.

    An int becomes `i`, or `h` where 32 bits do not hold it; a float `f`; a str `s`; bytes `b`;
    True and False `T` and `F`; None `N`; a tuple an array; `OscTimeTag` `t`; `IMPULSE` `I`.

    Parameters
    ----------
    address : str
        Begins with ``/``.
    arguments : iterable of OscValue
        In order.

    Returns
    -------
    bytes
        The packet, which `decode` accepts.

    Raises
    ------
    OscError
        If a value does not fit its type, a string holds a zero character,
        the address lacks its ``/``, or `decode` would refuse the packet.
    """
    packet = _message_bytes(address, arguments)
    decode(packet)  # so that the limits are checked in one place
    return packet


def encode_bundle(elements: Iterable[OscMessage | OscBundle], time_tag: int = IMMEDIATELY) -> bytes:
    """Write one bundle.

    Parameters
    ----------
    elements : iterable of OscMessage or OscBundle
        In order; bundles may nest up to `MAX_BUNDLE_DEPTH`.
    time_tag : int
        Raw 64-bit NTP time; 1 is "immediately".

    Returns
    -------
    bytes
        The packet, which `decode` accepts.

    Raises
    ------
    OscError
        As for `encode_message`.
    """
    packet = _bundle_bytes(OscBundle(time_tag, tuple(elements)), depth=1)
    decode(packet)
    return packet


class _PacketReader:
    """Reads one packet from front to back, and makes the error messages."""

    __slots__ = ("address", "elements", "end", "packet", "position")

    def __init__(self, packet: bytes) -> None:
        self.packet = packet
        self.position = 0
        self.end = len(packet)  # of the element that is being read
        self.elements = 0
        self.address = ""

    def fault(self, offset: int, expected: str, got: str) -> OscError:
        """Return the error for the bytes at `offset`."""
        where = f" (in {self.address[:_QUOTED]!r})" if self.address else ""
        return OscError(f"OSC packet refused at byte {offset}{where}: expected {expected}, got {got}")

    def quote(self, offset: int) -> str:
        """Return the bytes at `offset` as an error message quotes them."""
        found = self.packet[offset : min(self.end, offset + _QUOTED)]
        return repr(found)[1:] if found else "nothing"

    def element(self, depth: int) -> OscMessage | OscBundle:
        """Read a message or a bundle that fills the bytes up to `end`."""
        self.address = ""
        if self.packet.startswith(b"/", self.position, self.end):
            return self.message()
        if self.packet.startswith(_BUNDLE_HEAD, self.position, self.end):
            return self.bundle(depth + 1)
        raise self.fault(self.position, "'/' (a message) or '#bundle' and a zero", self.wrong_start())

    def wrong_start(self) -> str:
        """Describe what was found in place of a message or a bundle."""
        if self.position < self.end and self.packet[self.position] in _WRONG_STARTS:
            return _WRONG_STARTS[self.packet[self.position]]
        return self.quote(self.position)

    def bundle(self, depth: int) -> OscBundle:
        """Read a bundle at the given depth, the outermost being 1."""
        if depth > MAX_BUNDLE_DEPTH:
            raise self.fault(self.position, f"bundles at most {MAX_BUNDLE_DEPTH} deep", "another one")
        self.position += len(_BUNDLE_HEAD)
        time_tag = int.from_bytes(self.take(8, "the bundle's time tag"))
        elements = []
        while self.position < self.end:
            elements.append(self.sized_element(depth))
        return OscBundle(time_tag, tuple(elements))

    def sized_element(self, depth: int) -> OscMessage | OscBundle:
        """Read the next element of a bundle, and move the position to its end."""
        self.address = ""
        size_at = self.position
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            expected = f"at most {MAX_ELEMENTS:,} elements in a packet"
            raise self.fault(size_at, expected, "another one")
        size = self.integer("the size of a bundle's element")
        left = self.end - self.position
        # Elements are whole words, so what is aligned in the packet is aligned in the element.
        if size <= 0 or size % 4 or size > left:
            expected = f"an element's size that is a positive multiple of 4 and at most {left}"
            raise self.fault(size_at, expected, str(size))
        outer_end, self.end = self.end, self.position + size
        element = self.element(depth)
        self.position, self.end = self.end, outer_end
        return element

    def message(self) -> OscMessage:
        """Read a message; bytes after its last argument are ignored."""
        self.address = self.text("the address")
        self.align()
        if self.position >= self.end:
            return OscMessage(self.address, ())
        tags_at = self.position + 1
        return OscMessage(self.address, self.arguments(self.type_tags(), tags_at))

    def type_tags(self) -> str:
        """Read the type tag string, without its comma; one character per byte."""
        start = self.position
        if self.packet[start] != ord(","):
            raise self.fault(start, "a type tag string, which begins with ','", self.quote(start))
        tags = self.string("the type tag string")[1:].decode("latin-1")
        if len(tags) > MAX_TAGS:
            raise self.fault(start, f"at most {MAX_TAGS:,} type tags", f"{len(tags):,}")
        return tags

    def arguments(self, tags: str, tags_at: int) -> tuple[OscValue, ...]:
        """Read the arguments of the type tags `tags`, which were found at byte `tags_at`."""
        open_arrays: list[list[OscValue]] = [[]]
        for offset, tag in enumerate(tags, tags_at):
            if tag == "[":
                self.open_array(open_arrays, offset)
            elif tag == "]":
                self.close_array(open_arrays, offset)
            else:
                open_arrays[-1].append(self.argument(tag, offset))
        if len(open_arrays) > 1:
            raise self.fault(tags_at + len(tags), "a ']' for every '['", "the end of the type tags")
        return tuple(open_arrays[0])

    def open_array(self, open_arrays: list[list[OscValue]], offset: int) -> None:
        """Begin an array within the innermost one."""
        if len(open_arrays) > MAX_ARRAY_DEPTH:
            raise self.fault(offset, f"arrays at most {MAX_ARRAY_DEPTH} deep", "another '['")
        open_arrays.append([])

    def close_array(self, open_arrays: list[list[OscValue]], offset: int) -> None:
        """End the innermost array."""
        if len(open_arrays) == 1:
            raise self.fault(offset, "a '[' before every ']'", "a ']' on its own")
        finished = tuple(open_arrays.pop())
        open_arrays[-1].append(finished)

    def argument(self, tag: str, offset: int) -> OscValue:
        """Read the argument of the type tag `tag`, which was found at byte `offset`."""
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag not in _DECODERS:
            raise self.fault(offset, f"a type tag out of {_KNOWN_TAGS}", repr(tag))
        return _DECODERS[tag](self, f"the {tag!r} argument whose tag is at byte {offset}")

    def align(self) -> None:
        """Skip the padding of a string; called only if something may follow it.

        The padding must be zeros.  Otherwise, if a sender forgets to pad, the start of its next value would
        be skipped, and wrong values read from there on.
        """
        aligned = _padded(self.position)
        if aligned > self.position and any(self.packet[self.position : min(aligned, self.end)]):
            expected = "zeros that pad a string to a multiple of 4 bytes"
            raise self.fault(self.position, expected, self.quote(self.position))
        self.position = aligned

    def take(self, size: int, what: str) -> bytes:
        """Read `size` bytes."""
        self.align()
        start, left = self.position, max(0, self.end - self.position)
        if size > left:
            raise self.fault(start, f"{size} bytes for {what}", f"only {left}")
        self.position = start + size
        return self.packet[start : self.position]

    def integer(self, what: str) -> int:
        """Read a signed 32-bit integer."""
        return int.from_bytes(self.take(4, what), signed=True)

    def string(self, what: str) -> bytes:
        """Read up to a zero byte and skip it; `align` skips the padding."""
        self.align()
        start = self.position
        stop = self.packet.find(b"\0", start, self.end)
        if stop < 0:
            raise self.fault(start, f"a zero byte that ends {what}", f"none before byte {self.end}")
        self.position = stop + 1
        return self.packet[start:stop]

    def text(self, what: str) -> str:
        """Read a string of UTF-8."""
        found = self.string(what)
        try:
            return found.decode()
        except UnicodeDecodeError as error:
            # The position is after the zero that ended the string.
            bad_at = self.position - 1 - len(found) + error.start
            raise self.fault(bad_at, f"UTF-8 in {what}", self.quote(bad_at)) from None

    def blob(self, what: str) -> bytes:
        """Read a blob.  Its padding is skipped unchecked, and may be missing at the end."""
        size = self.integer(f"the size of {what}")
        if size < 0:
            raise self.fault(self.position - 4, f"a size of at least 0 for {what}", str(size))
        found = self.take(size, what)
        self.position = _padded(self.position)
        return found

    def character(self, what: str) -> str:
        """Read a character sent as 32 bits."""
        code = self.integer(what)
        # Surrogates are not characters: a str that holds one cannot be encoded.
        if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise self.fault(self.position - 4, f"a character for {what}", f"the number {code}")
        return chr(code)

    def number(self, layout: struct.Struct, what: str) -> float:
        """Read one number of the given layout."""
        value: float = layout.unpack(self.take(layout.size, what))[0]
        return value


_FLOAT: Final = struct.Struct(">f")
_DOUBLE: Final = struct.Struct(">d")

_CONSTANTS: Final[dict[str, OscValue]] = {"T": True, "F": False, "N": None, "I": IMPULSE}

_DECODERS: Final[dict[str, Callable[[_PacketReader, str], OscValue]]] = {
    "i": _PacketReader.integer,
    "f": lambda reader, what: reader.number(_FLOAT, what),
    "s": _PacketReader.text,
    "b": _PacketReader.blob,
    "h": lambda reader, what: int.from_bytes(reader.take(8, what), signed=True),
    "d": lambda reader, what: reader.number(_DOUBLE, what),
    "t": lambda reader, what: OscTimeTag(int.from_bytes(reader.take(8, what))),
    "S": _PacketReader.text,
    "c": _PacketReader.character,
    "r": lambda reader, what: reader.take(4, what),
    "m": lambda reader, what: reader.take(4, what),
}


def _padded(size: int) -> int:
    """Return the next multiple of 4."""
    return (size + 3) & ~3


def _bundle_bytes(bundle: OscBundle, depth: int) -> bytes:
    """Return a bundle's bytes; `depth` is 1 for the outermost."""
    if depth > MAX_BUNDLE_DEPTH:
        raise OscError(f"OSC bundles nest at most {MAX_BUNDLE_DEPTH} deep")
    parts = [_BUNDLE_HEAD, _integer_bytes(bundle.time_tag, 8, signed=False)]
    for element in bundle.elements:
        if isinstance(element, OscBundle):
            content = _bundle_bytes(element, depth + 1)
        else:
            content = _message_bytes(element.address, element.arguments)
        parts += [len(content).to_bytes(4), content]
    return b"".join(parts)


def _message_bytes(address: str, arguments: Iterable[OscValue]) -> bytes:
    """Return a message's bytes."""
    # Checked here too: the decoder would read the address "#bundle" as a bundle.
    if not address.startswith("/"):
        raise OscError(f"an OSC address begins with '/', got {address[:_QUOTED]!r}")
    tags, data = _values_bytes(tuple(arguments), depth=0)
    return _string_bytes(address) + _string_bytes("," + tags) + data


def _values_bytes(values: Sequence[OscValue], depth: int) -> tuple[str, bytes]:
    """Return the tags and the data of values that are nested in `depth` arrays."""
    if depth > MAX_ARRAY_DEPTH:
        raise OscError(f"OSC arrays nest at most {MAX_ARRAY_DEPTH} deep")
    pairs = [_value_bytes(value, depth) for value in values]
    return "".join(tag for tag, _ in pairs), b"".join(data for _, data in pairs)


def _value_bytes(value: OscValue, depth: int) -> tuple[str, bytes]:
    """Return a value's tags and data."""
    match value:
        case True | False | None | Impulse.IMPULSE:
            return _TAG_OF[value], b""
        case int():
            tag, size = ("i", 4) if -(2**31) <= value < 2**31 else ("h", 8)
            return tag, _integer_bytes(value, size, signed=True)
        case float():
            return "f", _float_bytes(value)
        case str():
            return "s", _string_bytes(value)
        case bytes():
            return "b", len(value).to_bytes(4) + value.ljust(_padded(len(value)), b"\0")
        case OscTimeTag():
            return "t", _integer_bytes(value.raw, 8, signed=False)
        case tuple():
            tags, data = _values_bytes(value, depth + 1)
            return f"[{tags}]", data
    raise OscError(f"OSC has no type for a value of the type {type(value).__name__}")


_TAG_OF: Final = {value: tag for tag, value in _CONSTANTS.items()}


def _integer_bytes(value: int, size: int, *, signed: bool) -> bytes:
    """Return an integer in `size` bytes."""
    try:
        return value.to_bytes(size, signed=signed)
    except OverflowError:
        kind = "signed" if signed else "unsigned"
        raise OscError(f"an integer does not fit {8 * size} {kind} bits") from None


def _float_bytes(value: float) -> bytes:
    """Return a number in the 32 bits of `f`."""
    try:
        return _FLOAT.pack(value)
    except OverflowError:
        raise OscError(f"{value!r} does not fit the 32 bits of an OSC float") from None


def _string_bytes(text: str) -> bytes:
    """Return a string with its zero and its padding."""
    if "\0" in text:
        raise OscError(f"an OSC string holds no zero character, got {text[:_QUOTED]!r}")
    try:
        encoded = text.encode() + b"\0"
    except UnicodeEncodeError:
        raise OscError(f"{text[:_QUOTED]!r} cannot be written in UTF-8") from None
    return encoded.ljust(_padded(len(encoded)), b"\0")
