"""What a session tells, as OSC messages: for subscriptions over OSC and for fixed destinations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adaptive.inputs.osc_codec import OscValue

ROOT = "/adaptive"


@dataclass(frozen=True, slots=True)
class OscAnswer:
    """A message to a client.

    Parameters
    ----------
    address : str
        Its address.
    arguments : tuple
        Its arguments.
    frame : int or None
        The frame of the timeline that it is about; None: now.
    """

    address: str
    arguments: tuple[OscValue, ...]
    frame: int | None = None


def answers_of(document: dict[str, Any], rate: int, now_frame: int) -> Iterator[OscAnswer]:
    """Yield the messages that say the same as a message in JSON; none if it has no form in OSC.

    Parameters
    ----------
    document : dict
        ``{topic: content}``, as `Subscriptions` sends it.
    rate : int
        Frames a second.
    now_frame : int
        The frame of the timeline that is rendered now, from which the time until something is counted.
    """
    for topic, content in document.items():
        match topic:
            case "bar" | "beat":
                yield _grid(topic, content)
            case "section":
                yield from _section(content, rate, now_frame)
            case "harmony":
                yield from _harmony(content, rate, now_frame)
            case "meters":
                for key in ("peak_db", "rms_db"):
                    yield OscAnswer(f"{ROOT}/meters/{key}", tuple(map(float, content[key])))
            case "parameters":
                for name, value in content.items():
                    yield OscAnswer(f"{ROOT}/value/{name}", (float(value),))


def _grid(topic: str, content: dict[str, Any]) -> OscAnswer:
    """Bar and section of a bar; of a beat also the beat within it and quarter notes a minute."""
    bar, beat, _ = (int(number) for number in content["position"].split("."))
    section, frame = content["section"], content["frame"]
    if topic == "bar":
        return OscAnswer(f"{ROOT}/bar", (bar, section), frame)
    return OscAnswer(f"{ROOT}/beat", (bar, beat, float(content["tempo_bpm"]), section), frame)


def _section(content: dict[str, Any], rate: int, now_frame: int) -> Iterator[OscAnswer]:
    """The section that plays, or the one that is planned and the seconds until then."""
    target = content.get("target") or ""
    if content.get("status") == "plays":
        yield OscAnswer(f"{ROOT}/section", (target,), content["frame"])
    elif content.get("status") == "planned":
        yield OscAnswer(f"{ROOT}/section/next", (target, _seconds_until(content["frame"], rate, now_frame)))


def _harmony(content: dict[str, Any], rate: int, now_frame: int) -> Iterator[OscAnswer]:
    """Key and chord, and those that come with the seconds until then."""
    yield OscAnswer(f"{ROOT}/harmony", (content["key"] or "", content["chord"] or ""), content.get("frame"))
    coming = content.get("next")
    if coming is not None:
        seconds = _seconds_until(coming["frame"], rate, now_frame)
        yield OscAnswer(f"{ROOT}/harmony/next", (coming["key"] or "", coming["chord"] or "", seconds))


def _seconds_until(frame: int, rate: int, now_frame: int) -> float:
    return max(0.0, (frame - now_frame) / rate)
