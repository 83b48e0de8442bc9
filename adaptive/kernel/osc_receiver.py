"""The OSC receiver: from the socket to a parameter's slot without Python.

It runs in its own thread.  A packet that sets only known parameters, each within its range, is applied here:
its values are written to the engine's *mailbox*, and at the start of a quantum the audio thread takes over
the whole mailbox, so that the parameters of a bundle are heard together.  Every other packet is forwarded to
Python unchanged and in order, with its arrival number, so that a message that is decoded late cannot undo a
newer one.

A packet is applied here only if `adaptive.inputs.osc` would read the same from it; otherwise it is forwarded.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numba import carray, types

from adaptive.kernel.atomic import (
    add_to_word,
    bits_of_float,
    double_of_bits,
    float_of_bits,
    load_acquire,
    store_release,
)
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.layout import HEADER
from adaptive.kernel.osc_receiver_layout import (
    FNV_PRIME,
    FNV_START,
    FORWARDED,
    FORWARDED_WRAP,
    LONGEST_PACKET,
    LONGEST_SENDER,
    MOST_ARGUMENTS,
    MOST_KNOWN,
    MOST_VALUES,
    RECEIVER,
    RECEIVER_ADDRESS,
    RECEIVER_RULE,
    RECEIVER_TABLE,
)

I64, U64 = np.int64, np.uint64
ZERO, ONE, FOUR, EIGHT = I64(0), I64(1), I64(4), I64(8)
NOT_HANDLED = I64(-1)
HASH_START, HASH_PRIME = U64(FNV_START), U64(FNV_PRIME)

SLASH, HASH, COMMA = np.uint8(ord("/")), np.uint8(ord("#")), np.uint8(ord(","))
TAG_I, TAG_F, TAG_H, TAG_D, TAG_T = (np.uint8(ord(tag)) for tag in "ifhdt")
TAG_TRUE, TAG_FALSE, TAG_NOTHING, TAG_IMPULSE = (np.uint8(ord(tag)) for tag in "TFNI")
BUNDLE = np.frombuffer(b"#bundle\0", ">i8")[0].astype(np.int64)
LARGEST = np.float64(1e300)
LOWER_HALF = I64(0xFFFFFFFF)

MAILBOX_SEQUENCE_OFFSET = int(HEADER.fields["mailbox_sequence"][1])
TABLE_OFFSET = int(RECEIVER.fields["table"][1])
STOPPED_OFFSET = int(RECEIVER.fields["is_stopped"][1])
HEAD_OFFSET = int(RECEIVER.fields["head"][1])
LOOKS_OFFSET = int(RECEIVER.fields["looks"][1])
TAIL_OFFSET = int(RECEIVER.fields["tail"][1])
POLL_OFFSET = int(RECEIVER.fields["poll"][1])
SENDER_OFFSET = int(RECEIVER.fields["sender"][1])
SENDER_SIZE_OFFSET = int(RECEIVER.fields["sender_size"][1])
BYTE_OFFSET = int(RECEIVER.fields["byte"][1])
PACKET_OFFSET = int(RECEIVER.fields["packet"][1])
FORWARDED_BYTES = I64(FORWARDED.itemsize)

WAIT_MS = np.int32(50)
"""Longest wait for a packet before the stop flag is read again."""

MOST_FAILURES = I64(1000)
"""Failed reads in a row after which the receiver gives up."""

# ── bytes ──────────────────────────────────────────────────────────────────────────────────────


@rtsafe
def word_at(data: Any, at: int) -> int:
    """Read four bytes, big-endian, as an unsigned number."""
    return (
        (I64(data[at]) << I64(24)) | (I64(data[at + ONE]) << I64(16))
        | (I64(data[at + I64(2)]) << EIGHT) | I64(data[at + I64(3)])
    )  # fmt: skip


@rtsafe
def long_at(data: Any, at: int) -> int:
    """Read eight bytes, big-endian, as a signed number."""
    return (word_at(data, at) << I64(32)) | word_at(data, at + FOUR)


@rtsafe
def end_of_text(data: Any, at: int, end: int) -> int:
    """Index of the zero byte that ends a string; `end` if there is none."""
    while at < end and data[at] != np.uint8(0):
        at += ONE
    return at


@rtsafe
def after_padding(data: Any, at: int, end: int) -> int:
    """Next multiple of four at or after `at`; -1 if a byte before it is not zero."""
    aligned = (at + I64(3)) & I64(-4)
    last: int = min(aligned, end)
    for i in range(at, last):
        if data[i] != np.uint8(0):
            return NOT_HANDLED
    return aligned


# ── messages ───────────────────────────────────────────────────────────────────────────────────


@rtsafe
def find_word(words: Any, mask: int, text: Any, data: Any, at: int, size: int) -> int:
    """Index of an address in the hash table; -1 if it is unknown."""
    code = HASH_START
    for i in range(at, at + size):
        code = (code ^ U64(data[i])) * HASH_PRIME
    place = I64(code & U64(mask))
    while words[place]["text_size"] > 0:
        word = words[place]
        if word["hash"] == code and I64(word["text_size"]) == size:
            is_same = True
            for i in range(size):
                if text[I64(word["text_at"]) + i] != data[at + i]:
                    is_same = False
            if is_same:
                return place
        place = (place + ONE) & mask
    return NOT_HANDLED


@rtsafe
def size_of_tag(tag: int) -> int:
    """Size of an argument in bytes; -1 for a type that is left to Python."""
    if tag == TAG_I or tag == TAG_F:  # numba has no sets of scalars
        return FOUR
    if tag == TAG_H or tag == TAG_D or tag == TAG_T:
        return EIGHT
    if tag == TAG_TRUE or tag == TAG_FALSE or tag == TAG_NOTHING or tag == TAG_IMPULSE:
        return ZERO
    return NOT_HANDLED


@rtsafe
def number_of(data: Any, tag: int, at: int) -> float:
    """Value of a numeric or boolean argument."""
    if tag == TAG_I:
        return np.float64(np.int32(word_at(data, at)))
    if tag == TAG_F:
        return np.float64(float_of_bits(np.int32(word_at(data, at))))
    if tag == TAG_H:
        return np.float64(long_at(data, at))
    if tag == TAG_D:
        return double_of_bits(long_at(data, at))
    return np.float64(1.0) if tag == TAG_TRUE else np.float64(0.0)


@rtsafe
def read_arguments(receiver: Any, data: Any, tags_at: int, tags_end: int, end: int) -> int:
    """Store the arguments of a message in the receiver; return their number, or -1."""
    at = after_padding(data, tags_end + ONE, end)
    count = tags_end - tags_at - ONE
    if at < ZERO or count > I64(MOST_ARGUMENTS):
        return NOT_HANDLED
    for number in range(count):
        tag = data[tags_at + ONE + number]
        size = size_of_tag(tag)
        if size < ZERO or at + size > end:
            return NOT_HANDLED
        if number < I64(MOST_KNOWN):
            is_other = tag == TAG_T or tag == TAG_NOTHING or tag == TAG_IMPULSE
            receiver["is_number"][number] = np.int32(0) if is_other else np.int32(1)
            receiver["argument"][number] = number_of(data, tag, at)
        at += size
    return count


@rtsafe
def scaled(rule: Any, value: float) -> float:
    """Map a value from the input range of a rule to its output range, clamped at both ends."""
    if rule["is_scaled"] == 0:
        return value
    share = (value - rule["input_low"]) / (rule["input_high"] - rule["input_low"])
    share = min(np.float64(1.0), max(np.float64(0.0), share))
    return rule["output_first"] + (rule["output_last"] - rule["output_first"]) * share


@rtsafe
def apply_rules(receiver: Any, word: Any, rules: Any, arguments: int, found: int) -> int:
    """Append the values a message sets to the `found` ones before; return how many there are now, or -1."""
    for number in range(I64(word["rules"])):
        rule = rules[I64(word["first_rule"]) + number]
        argument = I64(rule["argument"])
        if argument >= arguments or argument >= I64(MOST_KNOWN) or found >= I64(MOST_VALUES):
            return NOT_HANDLED
        value = receiver["argument"][argument]
        if receiver["is_number"][argument] == 0 or not (abs(value) <= LARGEST):
            return NOT_HANDLED
        value = scaled(rule, value)
        if not (rule["low"] <= value <= rule["high"]):
            return NOT_HANDLED
        receiver["slot"][found] = I64(rule["slot"])
        receiver["value"][found] = np.float32(value)
        found += ONE
    return found


@rtsafe
def scan_message(receiver: Any, table: Any, data: Any, at: int, end: int, found: int) -> int:
    """Append the values of one message to the `found` ones before; return how many there are now, or -1."""
    address_end = end_of_text(data, at, end)
    if data[at] != SLASH or address_end == end:
        return NOT_HANDLED
    tags_at = after_padding(data, address_end + ONE, end)
    if tags_at < ZERO or tags_at >= end or data[tags_at] != COMMA:
        return NOT_HANDLED
    tags_end = end_of_text(data, tags_at, end)
    if tags_end == end:
        return NOT_HANDLED
    mask = table["word_mask"]
    words = carray(pointer(table["words"]), mask + ONE, RECEIVER_ADDRESS)
    text = carray(pointer(table["text"]), ONE, np.uint8)
    place = find_word(words, mask, text, data, at, address_end - at)
    if place < ZERO:
        return NOT_HANDLED
    arguments = read_arguments(receiver, data, tags_at, tags_end, end)
    if arguments < ZERO:
        return NOT_HANDLED
    rules = carray(pointer(table["rules"]), ONE, RECEIVER_RULE)
    return apply_rules(receiver, words[place], rules, arguments, found)


@rtsafe
def scan(receiver: Any, table: Any, size: int) -> int:
    """Store the values that the receiver's packet sets; return their number, or -1 to forward the packet."""
    data = receiver["packet"]
    if size < EIGHT or size % FOUR != ZERO:
        return NOT_HANDLED
    if data[ZERO] != HASH:
        return scan_message(receiver, table, data, ZERO, size, ZERO)
    # only a bundle with the time tag 1, "immediately", and no bundle inside
    if size < I64(20) or long_at(data, ZERO) != BUNDLE or long_at(data, EIGHT) != ONE:
        return NOT_HANDLED
    at, found = I64(16), ZERO
    while at < size:
        if at + FOUR > size:
            return NOT_HANDLED
        length = word_at(data, at)
        at += FOUR
        if length <= ZERO or length % FOUR != ZERO or length > size - at:
            return NOT_HANDLED
        found = scan_message(receiver, table, data, at, at + length, found)
        if found < ZERO:
            return NOT_HANDLED
        at += length
    return found


# ── to the engine or to Python ─────────────────────────────────────────────────────────────────


@rtsafe
def count_arrival(header_address: int) -> int:
    """Return the next arrival number: 32 bits, never 0."""
    header, number = carray(pointer(header_address), ONE, HEADER)[0], ZERO
    while number == ZERO:
        number = (add_to_word(header["at_arrivals"], ONE) + ONE) & LOWER_HALF
    return number


@rtsafe
def write_mailbox(receiver: Any, header_address: int, found: int, arrival: int) -> None:
    """Write values to the mailbox; the audio thread takes over all of them or none.

    The sequence number is odd while the mailbox is being written.  Each word is stored with release ordering,
    so that none is visible before the odd number.
    """
    header = carray(pointer(header_address), ONE, HEADER)[0]
    sequence_address = header_address + I64(MAILBOX_SEQUENCE_OFFSET)
    sequence = header["mailbox_sequence"]
    store_release(sequence_address, sequence + ONE)
    for number in range(found):
        bits = I64(bits_of_float(receiver["value"][number])) & LOWER_HALF
        word = (arrival << I64(32)) | bits
        store_release(header["at_mailbox"] + EIGHT * receiver["slot"][number], word)
    store_release(sequence_address, sequence + I64(2))


@rtsafe
def take_mailbox(header: Any, header_address: int, slots: Any, taken: Any) -> None:
    """Copy the mailbox to the receiver's slots, unless it is being written.

    `slots` is the receiver's row, `taken` a scratch row of the same length.  Acquire loads keep their order.
    """
    sequence_address = header_address + I64(MAILBOX_SEQUENCE_OFFSET)
    sequence = load_acquire(sequence_address)
    if sequence == header["mailbox_taken"] or sequence & ONE == ONE:
        return
    count = header["parameter_count"]
    for index in range(count):
        taken[index] = load_acquire(header["at_mailbox"] + EIGHT * index)
    if load_acquire(sequence_address) != sequence:
        return  # written to meanwhile: the next quantum takes it over
    for index in range(count):
        slots[index] = U64(taken[index])
    header["mailbox_taken"] = sequence


@rtsafe
def forward(receiver: Any, receiver_address: int, size: int, arrival: int) -> bool:
    """Append the packet to the ring to Python; return False if it does not fit."""
    ring_size, head = receiver["ring_size"], receiver["head"]
    tail = load_acquire(receiver_address + I64(TAIL_OFFSET))
    needed = (FORWARDED_BYTES + size + I64(7)) & I64(-8)
    at = head % ring_size
    skipped = ring_size - at if at + needed > ring_size else ZERO
    if head + skipped + needed - tail > ring_size:
        return False
    if skipped > ZERO:
        wrap = carray(pointer(receiver["ring"] + at), ONE, np.uint32)
        wrap[ZERO] = np.uint32(FORWARDED_WRAP)
        at = ZERO
    packet = carray(pointer(receiver["ring"] + at), ONE, FORWARDED)[0]
    packet["size"] = np.uint32(size)
    packet["arrival"] = np.uint32(arrival)
    packet["sender_size"] = receiver["sender_size"]
    for i in range(I64(LONGEST_SENDER)):
        packet["sender"][i] = receiver["sender"][i]
    content = carray(pointer(receiver["ring"] + at + FORWARDED_BYTES), size, np.uint8)
    for i in range(size):
        content[i] = receiver["packet"][i]
    store_release(receiver_address + I64(HEAD_OFFSET), head + skipped + needed)
    return True


@rtsafe
def take_packet(receiver: Any, receiver_address: int, size: int) -> None:
    """Apply one packet, or forward it to Python."""
    table = carray(pointer(load_acquire(receiver_address + I64(TABLE_OFFSET))), ONE, RECEIVER_TABLE)[0]
    arrival = count_arrival(table["header"])
    receiver["packets"] += ONE
    found = scan(receiver, table, size)
    if found > ZERO:
        write_mailbox(receiver, table["header"], found, arrival)
        receiver["plain"] += ONE
    elif forward(receiver, receiver_address, size, arrival):
        send(np.int32(receiver["wake"]), receiver_address + I64(BYTE_OFFSET), U64(1), DO_NOT_WAIT)
    else:
        receiver["lost"] += ONE


if sys.platform == "win32":
    # sockets are not files on Windows, and Winsock may not be loaded: Python receives there

    @rtsafe
    def receive(receiver: Any, receiver_address: int) -> None:
        """Report that this receiver does not work here."""
        receiver["is_broken"] = ONE

else:
    DO_NOT_WAIT = np.int32(0x80 if sys.platform == "darwin" else 0x40)
    poll = types.ExternalFunction("poll", types.int32(types.int64, types.uint64, types.int32))
    send = types.ExternalFunction("send", types.int64(types.int32, types.int64, types.uint64, types.int32))
    recvfrom = types.ExternalFunction(
        "recvfrom",
        types.int64(types.int32, types.int64, types.uint64, types.int32, types.int64, types.int64),
    )

    @rtsafe
    def receive(receiver: Any, receiver_address: int) -> None:
        """Receive packets until the stop flag is set or the socket keeps failing."""
        failures = ZERO
        while load_acquire(receiver_address + I64(STOPPED_OFFSET)) == ZERO:
            store_release(receiver_address + I64(LOOKS_OFFSET), receiver["looks"] + ONE)
            receiver["poll"] = receiver["socket"] | (ONE << I64(32))  # events: POLLIN
            if poll(receiver_address + I64(POLL_OFFSET), U64(1), WAIT_MS) <= 0:
                continue
            receiver["sender_size"] = I64(LONGEST_SENDER)
            size = recvfrom(
                np.int32(receiver["socket"]),
                receiver_address + I64(PACKET_OFFSET),
                U64(LONGEST_PACKET),
                DO_NOT_WAIT,
                receiver_address + I64(SENDER_OFFSET),
                receiver_address + I64(SENDER_SIZE_OFFSET),
            )
            if size < ZERO:
                failures += ONE
                if failures > MOST_FAILURES:
                    receiver["is_broken"] = ONE
                    return
                continue
            failures = ZERO
            take_packet(receiver, receiver_address, size)
