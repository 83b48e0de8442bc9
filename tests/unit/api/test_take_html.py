from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

import adaptive
from adaptive.api import take_html

RATE = 48000


def sine(level_db: float, seconds: float = 1.0) -> np.ndarray:
    wave = 10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * 1000.0 * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, 1).astype(np.float32)


def data_of(html: str, kind: str) -> bytes:
    found = re.search(rf"data:{kind};base64,([^\"]+)\"", html)
    assert found
    return base64.b64decode(found[1])


def test_the_player_plays_it_as_loud_as_it_is_and_has_a_name() -> None:
    take = adaptive.Take(sine(-40.0), RATE, (), 'A "test" <b>', 7)
    html = take._repr_html_()
    played, rate = soundfile.read(io.BytesIO(data_of(html, "audio/flac")))

    assert rate == RATE
    assert 20.0 * np.log10(np.abs(played).max()) == pytest.approx(-40.0, abs=0.1)
    assert 'aria-label="A &quot;test&quot; &lt;b&gt;, 1.0 s, seed 7"' in html
    assert "<b>" not in html


def test_the_picture_says_in_words_what_it_shows() -> None:
    html = take_html.take_html(sine(-6.0), RATE, "A take", [(0.0, "calm"), (0.5, "")])
    picture = ElementTree.fromstring(data_of(html, r"image/svg\+xml"))

    assert 'alt="Wave of A take. Sections: calm from 0.0 s, silence from 0.5 s."' in html
    assert [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")] == ["calm", "silence"]


def test_what_is_too_long_has_a_picture_and_no_player(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_html, "LONGEST_PLAYED_S", 0.5)
    html = take_html.take_html(sine(0.0), RATE, "A take", [])

    assert "<audio" not in html
    assert "too long for a player" in html


def test_nothing_and_overloads_have_a_picture_too() -> None:
    for audio in (np.zeros((0, 2), np.float32), sine(12.0, 0.01)):
        assert "no sections" in take_html.take_html(audio, RATE, "A take", [])
