from __future__ import annotations

from adaptive.composer.blend import blend_text, drawn_style, heaviest, weights_of


def test_weights_are_read_back_as_they_were_written() -> None:
    text = blend_text({"jazz": 0.7, "funk": 0.3, "rock": 0.0})

    assert weights_of(text) == (("jazz", 0.7), ("funk", 0.3))
    assert blend_text({"jazz": 2.0}) == "jazz"
    assert blend_text(None) == ""


def test_themes_have_the_styles_in_the_proportion_of_their_weights() -> None:
    drawn = [drawn_style("jazz 0.7 + funk 0.3", seed) for seed in range(400)]

    assert 0.62 <= drawn.count("jazz") / 400 <= 0.78
    assert drawn_style("walking", 5) == "walking"


def test_the_heaviest_style_speaks_for_all() -> None:
    assert heaviest("jazz 0.2 + funk 0.8") == "funk"
    assert heaviest("") == ""
