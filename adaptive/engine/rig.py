"""The arrays of a rig: places of buses, triangles of speakers, what shapes a channel, where it folds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine.arrays import Array, address, aligned
from adaptive.engine.head_model import head_table
from adaptive.engine.records import smoothing_share
from adaptive.engine.rig_spec import LAWS, MODES, PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.triangulation import inverse_of, triangulate
from adaptive.kernel import layout as k
from adaptive.kernel import rig_record as r
from adaptive.kernel.ears_record import EARS
from adaptive.units import db_to_gain

MOVE_S = 0.02
"""Time in which the gains of a place that jumps have come within a hundredth of the new ones."""


class Rig:
    """Owns what the panner reads.

    Parameters
    ----------
    spec : RigSpec
        The speakers.
    channels, buses, sample_rate : int
        Of the engine; `buses` counts spare rows too.
    """

    def __init__(self, spec: RigSpec, channels: int, buses: int, sample_rate: int) -> None:
        self.spec, self.channels = spec, channels
        self._kept: list[Array] = []
        self.record = aligned(r.RIG, 1)
        self.places = aligned(r.PLACE, buses)
        head = self.record[0]
        head["mode"] = MODES[spec.mode]
        head["share"] = 1.0 - smoothing_share(MOVE_S, k.QUANTUM, sample_rate)
        head["at_places"] = address(self.places)
        head["at_row"] = self._address(aligned(np.float32, k.QUANTUM))
        if spec.mode == "binaural":
            head["at_ears"] = self._address(aligned(EARS, buses))
            head["at_head"] = self._address(head_table(sample_rate))
        self._fill_triangles(head)
        self._fill_outputs(head, sample_rate)
        self.folds = fold_table(spec.full, channels)

    def _address(self, array: Array) -> int:
        """Address of an array that lives as long as the rig."""
        self._kept.append(array)
        return address(array)

    def _rows(self, dtype: Any, rows: Sequence[Any]) -> int:
        """Address of an array of records."""
        array = aligned(dtype, max(1, len(rows)))
        for number, row in enumerate(rows):
            array[number] = row
        return self._address(array)

    def _fill_triangles(self, head: Any) -> None:
        full = self.spec.full if self.spec.mode == "speakers" else []
        head["speaker_count"] = len(full)
        head["at_speakers"] = self._rows(r.SPEAKER, [(one.channel, *(one.at_m or ())) for one in full])
        if not full:
            head["at_bases"], head["at_nodes"], head["at_shares"] = (
                self._rows(dtype, []) for dtype in (r.BASE, r.NODE, r.SHARE)
            )
            return
        made = triangulate([(one.channel, one.at_m) for one in full if one.at_m is not None])
        head["base_count"] = len(made.triangles)
        bases = [(triangle, inverse_of(made, triangle).ravel()) for triangle in made.triangles]
        head["at_bases"] = self._rows(r.BASE, bases)
        nodes: list[tuple[int, int]] = []
        shares: list[tuple[int, float]] = []
        for node in made.nodes:
            nodes.append((len(shares), len(node.shares)))
            shares += list(node.shares.items())
        head["at_nodes"], head["at_shares"] = self._rows(r.NODE, nodes), self._rows(r.SHARE, shares)

    def _fill_outputs(self, head: Any, sample_rate: int) -> None:
        outputs = aligned(r.OUTPUT, self.channels)
        outputs["gain"] = 1.0
        speakers = self.spec.speakers if self.spec.mode == "speakers" else ()
        subs = [one for one in speakers if one.kind == "sub"]
        for one in speakers:
            output = outputs[one.channel]
            output["gain"] = db_to_gain(one.trim_db)
            output["is_sub"] = one.kind == "sub"
            if subs and one.kind != "direct":
                crossover = one.crossover_hz if one.kind == "sub" else subs[0].crossover_hz
                output["is_filtered"] = 1
                output["filter"] = butterworth(crossover, sample_rate, is_high=one.kind == "full")
            frames = round(one.delay_ms * sample_rate / 1000.0)
            if frames:
                length = -(-frames // k.QUANTUM) * k.QUANTUM + k.QUANTUM
                output["delay_frames"], output["ring_frames"] = frames, length
                output["ring"] = self._address(aligned(np.float32, length))
        head["sub_count"] = len(subs)
        head["has_outputs"] = bool(subs) or any(one.trim_db or one.delay_ms for one in speakers)
        head["at_outputs"] = self._address(outputs)

    # ── places ─────────────────────────────────────────────────────────────────────────────────

    def place(self, bus: int, spec: PlaceSpec | None) -> None:
        """Write where a bus that is silent is heard; None: it feeds another bus."""
        row = self.places[bus]
        row["law"] = 0
        if spec is None:
            return
        row["is_set"] = 0
        row["has_width"], row["channel"] = spec.width_deg is not None, spec.channel
        row["is_cartesian"] = spec.is_cartesian
        for cell in r.CELLS:
            row[cell] = value_of(spec, cell)
        row["law"] = LAWS[spec.law]

    def move(self, bus: int, spec: PlaceSpec, curved: set[str]) -> None:
        """Write numbers that no curve sets.  Single words; the panner blends over to them."""
        for cell in r.CELLS:
            if cell not in curved:
                self.places[bus][cell] = value_of(spec, cell)

    def cell(self, bus: int, name: str) -> int:
        """Address of the float32 of a number of a place.

        Raises
        ------
        KeyError
            A place has no such number.
        """
        if name not in r.CELLS:
            raise KeyError(name)
        return address(self.places[bus : bus + 1][name])


def value_of(spec: PlaceSpec, cell: str) -> float:
    """A number of a place; a width that is left out is 0."""
    value = getattr(spec, cell)
    return 0.0 if value is None else float(value)


def butterworth(cutoff_hz: float, sample_rate: int, *, is_high: bool) -> tuple[float, ...]:
    """Coefficients b0, b1, b2, a1, a2 of a Butterworth filter of the second order.

    By the bilinear transform (Bristow-Johnson, *Audio EQ Cookbook*); two of them are one side of a
    Linkwitz-Riley crossover (J. Audio Eng. Soc. 24, 1976), whose sides add up to a flat response.
    """
    angle = 2.0 * math.pi * cutoff_hz / sample_rate
    alpha, cosine = math.sin(angle) / math.sqrt(2.0), math.cos(angle)
    a0 = 1.0 + alpha
    edge = (1.0 + cosine) / 2.0 if is_high else (1.0 - cosine) / 2.0
    middle = -2.0 * edge if is_high else 2.0 * edge
    return tuple(value / a0 for value in (edge, middle, edge, -2.0 * cosine, 1.0 - alpha))


def fold_table(full: Sequence[SpeakerSpec], channels: int) -> Array:
    """For each number of channels that a device may have, less one: where it plays each channel.

    A channel that it lacks is played by the speaker that stands nearest, of those it has; one without a place
    by the channel of its number, counted round.
    """
    table = aligned(np.int32, k.MAX_CHANNELS, k.MAX_CHANNELS)
    places = {one.channel: one.at_m for one in full if one.at_m is not None}
    for count in range(1, k.MAX_CHANNELS + 1):
        there = [channel for channel in sorted(places) if channel < count]
        for channel in range(channels):
            table[count - 1, channel] = channel % count
            if channel >= count and channel in places and there:
                apart = {one: math.dist(places[one], places[channel]) for one in there}
                table[count - 1, channel] = min(apart, key=lambda one: apart[one])
    return table
