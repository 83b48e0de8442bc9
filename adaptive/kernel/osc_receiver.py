"""The fast lane: OSC from the socket to a parameter's slot, without Python.

A thread of its own waits for packets.  A packet that holds nothing but parameters we know, each within its
range, is understood here and written to the engine's *stage*; the audio thread takes the stage over at the
beginning of a quantum, whole, so that the parameters of a bundle are heard together.  Every other packet is
handed on to Python as it came, in order, with the number of its arrival, so that a message that is understood
late cannot undo a younger one.

What is understood here is understood as `adaptive.inputs.osc` would; in doubt, it is left to Python.
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
    LANE_RULE,
    LANE_TABLE,
    LANE_WORD,
    LONGEST_PACKET,
    LONGEST_SENDER,
    MOST_ARGUMENTS,
    MOST_KNOWN,
    MOST_VALUES,
    RECEIVER,
)

I64, U64 = np.int64, np.uint64
ZERO, ONE, FOUR, EIGHT = I64(0), I64(1), I64(4), I64(8)
NOT_OURS = I64(-1)
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
"""How long it waits for a packet before it looks whether to stop."""

MOST_FAILURES = I64(1000)

# ── bytes ──────────────────────────────────────────────────────────────────────────────────────


@rtsafe
def word_at(data: Any, at: int) -> int:
    """Four bytes, the highest first, as an unsigned number."""
    return (
        (I64(data[at]) << I64(24)) | (I64(data[at + ONE]) << I64(16))
        | (I64(data[at + I64(2)]) << EIGHT) | I64(data[at + I64(3)])
    )  # fmt: skip


@rtsafe
def long_at(data: Any, at: int) -> int:
    """Eight bytes, the highest first, as a signed number."""
    return (word_at(data, at) << I64(32)) | word_at(data, at + FOUR)


@rtsafe
def end_of_text(data: Any, at: int, end: int) -> int:
    """Where the zero that ends a text stands; `end` if there is none."""
    while at < end and data[at] != np.uint8(0):
        at += ONE
    return at


@rtsafe
def after_padding(data: Any, at: int, end: int) -> int:
    """The next multiple of four behind a text's zero; -1 if something else than zeros pads it."""
    aligned = (at + I64(3)) & I64(-4)
    last: int = min(aligned, end)
    for i in range(at, last):
        if data[i] != np.uint8(0):
            return NOT_OURS
    return aligned


# ── messages ───────────────────────────────────────────────────────────────────────────────────


@rtsafe
def find_word(words: Any, mask: int, text: Any, data: Any, at: int, size: int) -> int:
    """The entry of an address; -1 if it is not known."""
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
    return NOT_OURS


@rtsafe
def size_of_tag(tag: int) -> int:
    """Bytes of an argument; -1: not one that is understood here."""
    if tag == TAG_I or tag == TAG_F:  # numba knows no sets of scalars
        return FOUR
    if tag == TAG_H or tag == TAG_D or tag == TAG_T:
        return EIGHT
    if tag == TAG_TRUE or tag == TAG_FALSE or tag == TAG_NOTHING or tag == TAG_IMPULSE:
        return ZERO
    return NOT_OURS


@rtsafe
def number_of(data: Any, tag: int, at: int) -> float:
    """Value of an argument that is a number."""
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
    """Enter a message's arguments into the lane; how many there are, or -1."""
    at = after_padding(data, tags_end + ONE, end)
    count = tags_end - tags_at - ONE
    if at < ZERO or count > I64(MOST_ARGUMENTS):
        return NOT_OURS
    for number in range(count):
        tag = data[tags_at + ONE + number]
        size = size_of_tag(tag)
        if size < ZERO or at + size > end:
            return NOT_OURS
        if number < I64(MOST_KNOWN):
            is_other = tag == TAG_T or tag == TAG_NOTHING or tag == TAG_IMPULSE
            receiver["is_number"][number] = np.int32(0) if is_other else np.int32(1)
            receiver["argument"][number] = number_of(data, tag, at)
        at += size
    return count


@rtsafe
def scaled(rule: Any, value: float) -> float:
    """From an input's range to its output range, clamped at the ends."""
    if rule["is_scaled"] == 0:
        return value
    share = (value - rule["input_low"]) / (rule["input_high"] - rule["input_low"])
    share = min(np.float64(1.0), max(np.float64(0.0), share))
    return rule["output_first"] + (rule["output_last"] - rule["output_first"]) * share


@rtsafe
def apply_rules(receiver: Any, word: Any, rules: Any, arguments: int, found: int) -> int:
    """Enter what a message sets behind `found` values; how many there are by then, or -1."""
    for number in range(I64(word["rules"])):
        rule = rules[I64(word["first_rule"]) + number]
        argument = I64(rule["argument"])
        if argument >= arguments or argument >= I64(MOST_KNOWN) or found >= I64(MOST_VALUES):
            return NOT_OURS
        value = receiver["argument"][argument]
        if receiver["is_number"][argument] == 0 or not (abs(value) <= LARGEST):
            return NOT_OURS
        value = scaled(rule, value)
        if not (rule["low"] <= value <= rule["high"]):
            return NOT_OURS
        receiver["slot"][found] = I64(rule["slot"])
        receiver["value"][found] = np.float32(value)
        found += ONE
    return found


@rtsafe
def scan_message(receiver: Any, table: Any, data: Any, at: int, end: int, found: int) -> int:
    """Enter what a message sets; how many values there are by then, or -1."""
    address_end = end_of_text(data, at, end)
    if data[at] != SLASH or address_end == end:
        return NOT_OURS
    tags_at = after_padding(data, address_end + ONE, end)
    if tags_at < ZERO or tags_at >= end or data[tags_at] != COMMA:
        return NOT_OURS
    tags_end = end_of_text(data, tags_at, end)
    if tags_end == end:
        return NOT_OURS
    mask = table["word_mask"]
    words = carray(pointer(table["words"]), mask + ONE, LANE_WORD)
    text = carray(pointer(table["text"]), ONE, np.uint8)
    place = find_word(words, mask, text, data, at, address_end - at)
    if place < ZERO:
        return NOT_OURS
    arguments = read_arguments(receiver, data, tags_at, tags_end, end)
    if arguments < ZERO:
        return NOT_OURS
    rules = carray(pointer(table["rules"]), ONE, LANE_RULE)
    return apply_rules(receiver, words[place], rules, arguments, found)


@rtsafe
def scan(receiver: Any, table: Any, size: int) -> int:
    """Enter what the lane's packet sets; how many values, or -1: it is not for us."""
    data = receiver["packet"]
    if size < EIGHT or size % FOUR != ZERO:
        return NOT_OURS
    if data[ZERO] != HASH:
        return scan_message(receiver, table, data, ZERO, size, ZERO)
    # a bundle of messages that acts on arrival
    if size < I64(20) or long_at(data, ZERO) != BUNDLE or long_at(data, EIGHT) != ONE:
        return NOT_OURS
    at, found = I64(16), ZERO
    while at < size:
        if at + FOUR > size:
            return NOT_OURS
        length = word_at(data, at)
        at += FOUR
        if length <= ZERO or length % FOUR != ZERO or length > size - at:
            return NOT_OURS
        found = scan_message(receiver, table, data, at, at + length, found)
        if found < ZERO:
            return NOT_OURS
        at += length
    return found


# ── to the engine, or to Python ────────────────────────────────────────────────────────────────


@rtsafe
def count_arrival(header_address: int) -> int:
    """The number of an arrival: 32 bits, never 0."""
    header, number = carray(pointer(header_address), ONE, HEADER)[0], ZERO
    while number == ZERO:
        number = (add_to_word(header["at_arrivals"], ONE) + ONE) & LOWER_HALF
    return number


@rtsafe
def write_mailbox(receiver: Any, header_address: int, found: int, arrival: int) -> None:
    """Write values where the audio thread takes them, all of them or none.

    A turn that is odd says that the stage is being written.  Each word is stored with release, so that none
    of them is seen before the odd turn.
    """
    header = carray(pointer(header_address), ONE, HEADER)[0]
    turn_at = header_address + I64(MAILBOX_SEQUENCE_OFFSET)
    turn = header["mailbox_sequence"]
    store_release(turn_at, turn + ONE)
    for number in range(found):
        bits = I64(bits_of_float(receiver["value"][number])) & LOWER_HALF
        word = (arrival << I64(32)) | bits
        store_release(header["at_mailbox"] + EIGHT * receiver["slot"][number], word)
    store_release(turn_at, turn + I64(2))


@rtsafe
def take_mailbox(header: Any, header_address: int, slots: Any, taken: Any) -> None:
    """Let what the receiver has written be a source of parameters; nothing while it is writing.

    `slots` is the receiver's row, `taken` as much room.  Loads with acquire keep their order.
    """
    turn_at = header_address + I64(MAILBOX_SEQUENCE_OFFSET)
    turn = load_acquire(turn_at)
    if turn == header["mailbox_taken"] or turn & ONE == ONE:
        return
    count = header["parameter_count"]
    for index in range(count):
        taken[index] = load_acquire(header["at_mailbox"] + EIGHT * index)
    if load_acquire(turn_at) != turn:
        return  # it wrote meanwhile: the next quantum has it
    for index in range(count):
        slots[index] = U64(taken[index])
    header["mailbox_taken"] = turn


@rtsafe
def hand_on(receiver: Any, receiver_address: int, size: int, arrival: int) -> bool:
    """Put a packet into the ring to Python; False if there is no room."""
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
    """Do what one packet asks for, or hand it on."""
    table = carray(pointer(load_acquire(receiver_address + I64(TABLE_OFFSET))), ONE, LANE_TABLE)[0]
    arrival = count_arrival(table["header"])
    receiver["packets"] += ONE
    found = scan(receiver, table, size)
    if found > ZERO:
        write_mailbox(receiver, table["header"], found, arrival)
        receiver["plain"] += ONE
    elif hand_on(receiver, receiver_address, size, arrival):
        send(np.int32(receiver["wake"]), receiver_address + I64(BYTE_OFFSET), U64(1), DO_NOT_WAIT)
    else:
        receiver["lost"] += ONE


if sys.platform == "win32":
    # sockets are no files there, and their library need not be loaded: Python receives

    @rtsafe
    def receive(receiver: Any, receiver_address: int) -> None:
        """Give up at once."""
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
        """Take packets until it is told to stop, or the socket is none any more."""
        failures = ZERO
        while load_acquire(receiver_address + I64(STOPPED_OFFSET)) == ZERO:
            store_release(receiver_address + I64(LOOKS_OFFSET), receiver["looks"] + ONE)
            receiver["poll"] = receiver["socket"] | (ONE << I64(32))  # wake when there is something to read
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
