"""A take in a notebook: a picture of its loudness and sections, and a player, which does not normalise."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import soundfile

LONGEST_PLAYED_S = 300.0
"""A longer take has no player: the page of the notebook would grow by more than 50 MB."""

WIDTH, HEIGHT, LABELS = 800, 120, 18
"""Of the picture, in pixels: width, height of the wave, and height of the line with the sections."""

FILLS = ("#dfe7f2", "#f2e8d8")
"""Backgrounds of the sections, in turn."""

Sections = Sequence[tuple[float, str]]


def take_html(audio: Any, sample_rate: int, title: str, sections: Sections) -> str:
    """The HTML of a take.

    Parameters
    ----------
    audio : ndarray of float32
        Shape (frames, channels).
    sample_rate : int
        Frames a second.
    title : str
        Name of the player and of the picture.
    sections : sequence of (float, str)
        When each section begins, in seconds, and its name.
    """
    name = html.escape(title, quote=True)
    seconds = len(audio) / sample_rate
    picture = base64.b64encode(wave_svg(audio, seconds, sections).encode()).decode()
    alt = html.escape(f"Wave of {title}. {spoken_sections(sections)}", quote=True)
    if seconds > LONGEST_PLAYED_S:
        player = "<figcaption>It is too long for a player in a page: save it, and play the file.</figcaption>"
    else:
        sound = base64.b64encode(flac_bytes(audio, sample_rate)).decode()
        player = (
            f'<audio controls preload="metadata" aria-label="{name}" title="{name}" style="width:100%" '
            f'src="data:audio/flac;base64,{sound}"></audio>'
        )
    image = f'<img alt="{alt}" style="width:100%" src="data:image/svg+xml;base64,{picture}">'
    caption = f"<figcaption>{name}</figcaption>"
    return f'<figure style="margin:0;max-width:{WIDTH}px">{caption}{image}{player}</figure>'


def flac_bytes(audio: Any, sample_rate: int) -> bytes:
    """The audio as a FLAC file of 16 bit, neither normalised nor dithered."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(audio, -1.0, 1.0), sample_rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def spoken_sections(sections: Sections) -> str:
    """The sections in words, for those who do not see the picture.

    Examples
    --------
    >>> spoken_sections([(0.0, "calm"), (8.0, "fight")])
    'Sections: calm from 0.0 s, fight from 8.0 s.'
    """
    if not sections:
        return "It has no sections."
    words = [f"{name or 'silence'} from {at:.1f} s" for at, name in sections]
    return f"Sections: {', '.join(words)}."


def wave_svg(audio: Any, seconds: float, sections: Sections) -> str:
    """The wave as a picture: for each pixel the greatest sample of all channels; the height is full scale."""
    peaks = _peaks(audio)
    middle = HEIGHT / 2.0
    top = " ".join(f"L{x} {middle - middle * peak:.1f}" for x, peak in enumerate(peaks))
    bottom = " ".join(f"L{x} {middle + middle * peaks[x]:.1f}" for x in range(len(peaks) - 1, -1, -1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + LABELS}" font-size="12" '
        f'font-family="sans-serif">{"".join(_backgrounds(seconds, sections))}'
        f'<path d="M0 {middle} {top} {bottom} Z" fill="#27517f"/></svg>'
    )


def _peaks(audio: Any) -> list[float]:
    if not len(audio):
        return [0.0]
    levels = np.abs(audio).max(axis=1)
    edges = np.linspace(0, len(levels), min(WIDTH, len(levels)), endpoint=False).astype(np.int64)
    return [min(1.0, float(peak)) for peak in np.maximum.reduceat(levels, edges)]


def _backgrounds(seconds: float, sections: Sections) -> list[str]:
    ends = [at for at, _name in sections[1:]] + [seconds]
    made = []
    for number, ((at, name), end) in enumerate(zip(sections, ends, strict=False)):
        x, width = WIDTH * at / max(seconds, 1e-9), WIDTH * (end - at) / max(seconds, 1e-9)
        made.append(
            f'<rect x="{x:.1f}" width="{width:.1f}" height="{HEIGHT + LABELS}" fill="{FILLS[number % 2]}"/>'
            f'<text x="{x + 4.0:.1f}" y="{HEIGHT + LABELS - 5}">{html.escape(name or "silence")}</text>'
        )
    return made
