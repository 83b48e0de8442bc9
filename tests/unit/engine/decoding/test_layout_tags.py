from __future__ import annotations

import struct

import pytest

from adaptive.engine.decoding.layout_tags import caf_order


def test_a_layout_by_number_gives_its_order() -> None:
    # MPEG 5.1 C, as films have it: L C R Ls Rs LFE
    assert caf_order(struct.pack(">3I", 123 << 16 | 6, 0, 0)) == ("L", "C", "R", "Ls", "Rs", "LFE")


def test_a_layout_by_bits_gives_the_order_of_the_bits() -> None:
    assert caf_order(struct.pack(">3I", 1 << 16, 0x7, 0)) == ("L", "R", "C")


def test_a_layout_by_description_gives_the_labels() -> None:
    labels = b"".join(struct.pack(">5I", label, 0, 0, 0, 0) for label in (3, 1, 2))

    assert caf_order(struct.pack(">3I", 0, 0, 3) + labels) == ("C", "L", "R")


@pytest.mark.parametrize(
    "body", [b"", b"short", struct.pack(">3I", 0, 0, 1000), struct.pack(">3I", 999 << 16, 0, 0)]
)
def test_what_is_not_known_or_damaged_has_no_order(body: bytes) -> None:
    assert caf_order(body) == ()
