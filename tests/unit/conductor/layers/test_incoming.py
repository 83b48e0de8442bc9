"""A layer that comes in: what it does at seams, fills and stops."""

from __future__ import annotations

from typing import Any

from adaptive.conductor.layers.fades import Fades
from adaptive.conductor.layers.incoming import IncomingLayer
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.kernel.layout import EQUAL_POWER_OUT


def layer(*, is_playing: bool = False) -> IncomingLayer:
    return IncomingLayer(LayerPlace("voice", 3, 4, range(0), instrument=2), 48000, is_playing)


class Seam:
    frame, group, earliest = 96000, 7, 48000
    fades = Fades(out_frames=24000, out_start=-12000, in_frames=4800)


def switched(one: IncomingLayer, *, is_wanted: bool) -> list[Any]:
    return one.switch(Seam(), is_wanted=is_wanted, fill_beat=None).posted  # type: ignore[arg-type]


def test_it_fades_by_the_rule_of_the_seam() -> None:
    one = layer(is_playing=True)
    (out,) = switched(one, is_wanted=False)

    assert (out.frame, out.target, out.f0, out.i0) == (84000, 2, 0.0, 24000)
    assert out.i1 == EQUAL_POWER_OUT
    (back,) = switched(one, is_wanted=True)
    assert (back.frame, back.f0, back.i0) == (96000, 1.0, 4800)


def test_it_goes_on_where_both_sections_list_it() -> None:
    assert switched(layer(is_playing=True), is_wanted=True) == []


def test_a_cancelled_seam_is_forgotten() -> None:
    one = layer(is_playing=True)
    before = one.switch(Seam(), is_wanted=False, fill_beat=None).before  # type: ignore[arg-type]
    one.undo(before, 96000, 48000, None)  # type: ignore[arg-type]

    assert one.is_playing


def test_a_fill_replaces_it_until_the_seam() -> None:
    one = layer(is_playing=True)
    silent, back = one.mute(True, Seam(), 90000, 240)  # type: ignore[arg-type]

    assert (silent.frame, silent.f0, back.frame, back.f0) == (90000, 0.0, 96000, 1.0)


def test_a_stop_is_hurried_only_where_it_fades_out() -> None:
    assert layer(is_playing=True).end_sooner(0, 480, None) == []  # type: ignore[arg-type]
    assert layer().end_sooner(0, 480, None)[0].i0 == 480  # type: ignore[arg-type]
