"""Which numbers of requests were out of their ranges, and what they were clamped to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from adaptive.conductor.messages import SetSteer
from adaptive.inputs.message import Request, SetParameter, SetVolume
from adaptive.music.controls import CONTROLS


@dataclass(frozen=True, slots=True)
class ClampedValue:
    """A number that was out of its range.

    Parameters
    ----------
    name : str
        What it was meant for: a parameter, ``volume``, or a control such as ``density`` of a layer.
    value : float
        What it was clamped to, an end of the range.
    range : (float, float) or None
        The range, where it is known.
    """

    name: str
    value: float
    range: tuple[float, float] | None = None


def clamped_values(
    requests: Iterable[Request], ranges: Mapping[str, tuple[float, float]] | None = None
) -> Iterator[ClampedValue]:
    """Yield what was out of its range; `ranges` are those of parameters.

    Examples
    --------
    >>> list(clamped_values([SetVolume(1.0, is_clamped=True), SetVolume(0.5)]))
    [ClampedValue(name='volume', value=1.0, range=(0.0, 1.0))]
    """
    for request in requests:
        if isinstance(request, SetParameter):
            if request.is_clamped:
                yield ClampedValue(request.name, request.value, (ranges or {}).get(request.name))
        elif isinstance(request, SetVolume):
            if request.is_clamped:
                yield ClampedValue("volume", request.volume, (0.0, 1.0))
        elif isinstance(request, SetSteer):
            of = f" of {request.layer}" if request.layer else ""
            for control, value in request.values:
                if control in request.clamped and value is not None:
                    bounds = CONTROLS[control]
                    yield ClampedValue(f"{control}{of}", value, (bounds.low, bounds.high))
