from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.decoding.fold import (
    BITS,
    VORBIS_ORDER,
    WAVE_ORDER,
    fold,
    gains,
    of_mask,
    picked,
    positions,
    told,
)

M3 = np.sqrt(0.5)


def heard(channels: int, sounding: str, **known: object) -> tuple[float, float]:
    """Return the level of one position in both channels of the fold."""
    at = positions(channels, **known)  # type: ignore[arg-type]
    audio = np.zeros((1, channels), np.float32)
    audio[0, at.index(sounding)] = 1.0
    left, right = fold(audio, gains(channels, at))[:, 0]
    return float(left), float(right)


@pytest.mark.parametrize("is_vorbis", [False, True])
@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8])
def test_front_stays_as_loud_as_it_was(channels: int, is_vorbis: bool) -> None:
    assert heard(channels, "L", is_vorbis=is_vorbis) == (1.0, 0.0)
    assert heard(channels, "R", is_vorbis=is_vorbis) == (0.0, 1.0)


@pytest.mark.parametrize("is_vorbis", [False, True])
@pytest.mark.parametrize("channels", [3, 5, 6, 7, 8])
def test_the_centre_is_in_both_at_minus_three_decibels(channels: int, is_vorbis: bool) -> None:
    assert heard(channels, "C", is_vorbis=is_vorbis) == pytest.approx((M3, M3))


@pytest.mark.parametrize("is_vorbis", [False, True])
@pytest.mark.parametrize("channels", [4, 5, 6, 8])
def test_surrounds_are_on_their_side_at_minus_three_decibels(channels: int, is_vorbis: bool) -> None:
    assert heard(channels, "Lb", is_vorbis=is_vorbis) == pytest.approx((M3, 0.0))
    assert heard(channels, "Rb", is_vorbis=is_vorbis) == pytest.approx((0.0, M3))


@pytest.mark.parametrize("channels", [6, 7, 8])
def test_the_lfe_is_left_out(channels: int) -> None:
    assert heard(channels, "LFE") == (0.0, 0.0)
    assert heard(channels, "LFE", is_vorbis=True) == (0.0, 0.0)


def test_the_orders_of_both_families_hold_the_same_positions() -> None:
    for channels, order in WAVE_ORDER.items():
        assert sorted(order) == sorted(VORBIS_ORDER[channels])
        assert len(set(order)) == channels


def test_a_mask_says_which_channel_is_which() -> None:
    # 5.0 with the surrounds at the side, and a file of four channels that is no quad: L R C LFE
    assert of_mask(0x607, 5) == ("L", "R", "C", "Ls", "Rs")
    assert heard(4, "C", mask=0x0F) == pytest.approx((M3, M3))


@pytest.mark.parametrize("mask", [0, 0x3, 0xFFFFFFFF])
def test_a_mask_of_another_number_of_channels_is_not_believed(mask: int) -> None:
    assert positions(6, mask) == WAVE_ORDER[6]


def test_an_order_of_the_file_itself_wins() -> None:
    assert heard(3, "C", order=("C", "L", "R")) == pytest.approx((M3, M3))


@pytest.mark.parametrize("channels", [9, 16, 64])
def test_channels_that_nobody_defines_keep_their_power(channels: int) -> None:
    gain = gains(channels, positions(channels))

    assert np.sum(gain**2) == pytest.approx(2.0, rel=0.2)
    assert "does not say where they belong" in told(channels, ())


def test_every_bit_has_a_name_and_a_gain_of_at_most_one() -> None:
    assert len(BITS) == 18
    for position in BITS:
        assert np.sum(gains(1, (position,)) ** 2) <= 1.0 + 1e-6
        assert "1 channels (" in told(1, (position,))


@pytest.mark.parametrize(
    ("channels", "pair", "expected"),
    [
        (6, "front", (0, 1)), (6, "centre", (2, 2)), (6, "lfe", (3, 3)), (6, "surround", (4, 5)),
        (6, "back", None), (8, "surround", (6, 7)), (8, "back", (4, 5)), (4, "centre", None),
    ],
)  # fmt: skip
def test_a_pair_of_channels_is_picked_by_its_name(
    channels: int, pair: str, expected: tuple[int, int] | None
) -> None:
    gain = picked(positions(channels), pair)

    assert (None if gain is None else tuple(gain.argmax(axis=1).tolist())) == expected
    assert gain is None or gain.sum() == 2.0
