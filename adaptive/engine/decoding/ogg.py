"""Reads the pages of an Ogg file: the links of a chain, and whether its end is there."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.view import View

_HEAD = 27
_BEGINS, _ENDS = 2, 4


@dataclass(slots=True)
class Link:
    """One link of a chain: where it lies, and what its pages say."""

    start: int
    end: int = 0
    is_ended: bool = False
    lost_pages: int = 0
    has_content: bool = False
    numbers: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Pages:
    """What a walk over all pages found."""

    links: list[Link] = field(default_factory=list)
    is_last_cut: bool = False
    skipped_bytes: int = 0


def walk(data: mmap.mmap | bytes) -> Pages:
    """Walk over all pages of a file."""
    found, at = Pages(), 0
    while at < len(data):
        if data[at : at + 4] != b"OggS":
            place = data.find(b"OggS", at + 1)
            found.skipped_bytes += (place if place >= 0 else len(data)) - at
            if place < 0:
                break
            at = place
            continue
        size = page_bytes(data, at)
        if size == 0 or at + size > len(data):
            # The name of a page may also stand within a damaged one.
            place = data.find(b"OggS", at + 4)
            if place < 0:
                found.is_last_cut = True
                break
            found.skipped_bytes += place - at
            at = place
            continue
        _take_page(found, data, at, size)
        at += size
    return found


def page_bytes(data: mmap.mmap | bytes, at: int) -> int:
    """Return the length of a page; 0 if its header is not whole."""
    if at + _HEAD > len(data):
        return 0
    table = data[at + _HEAD : at + _HEAD + data[at + 26]]
    return _HEAD + len(table) + sum(table) if len(table) == data[at + 26] else 0


def _take_page(found: Pages, data: mmap.mmap | bytes, at: int, size: int) -> None:
    flags, serial, number = data[at + 5], *struct.unpack_from("<II", data, at + 14)
    is_new = bool(flags & _BEGINS) and (not found.links or found.links[-1].has_content)
    if is_new or not found.links:
        found.links.append(Link(at))
    link = found.links[-1]
    link.end = at + size
    link.has_content = link.has_content or not flags & _BEGINS
    link.is_ended = link.is_ended or bool(flags & _ENDS)
    link.lost_pages += int(serial in link.numbers and number > link.numbers[serial] + 1)
    link.numbers[serial] = number


def read_ogg(path: Path, file: BinaryIO) -> Contents:
    """Find the links of a file; more than one, or a page that is not whole, needs a view for each."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = walk(data)
        file_bytes = len(data)
    if not found.links:
        return Contents()
    last = found.links[-1]
    remarks = []
    if lost := sum(link.lost_pages for link in found.links):
        remarks.append(f"is damaged: pages are missing in {lost} places")
    is_cut = found.is_last_cut and not last.is_ended
    if not is_cut and not last.is_ended:
        remarks.append("may be cut off: its last page does not say that it is the last")
    if len(found.links) > 1:
        remarks.append(f"is a chain of {len(found.links)} recordings, which are read one after the other")
    views: tuple[View, ...] = ()
    if len(found.links) > 1 or last.end < file_bytes or found.links[0].start:
        views = tuple(View(path, ((link.start, link.end - link.start),)) for link in found.links)
    cut = "its last page is not whole" if is_cut else ""
    return Contents(views, cut_off=cut, is_end_there=last.is_ended, remarks=tuple(remarks))
