from __future__ import annotations

import pytest

from adaptive.composer.genres.mixing import genres_of, mean_of, own_style, swing_of
from adaptive.composer.genres.registry import GENRES


def test_genres_are_weighed_over_the_layers_that_name_them() -> None:
    found = genres_of(("jazz 0.7 + funk 0.3", "motif", ""))

    assert [(genre.name, round(weight, 2)) for genre, weight in found] == [("jazz", 0.7), ("funk", 0.3)]
    assert genres_of(("motif", "walking")) == ()


def test_a_number_between_genres_is_their_mean() -> None:
    genres = genres_of(("jazz 3 + house 1",))

    wanted = 0.75 * GENRES["jazz"].syncopation + 0.25 * GENRES["house"].syncopation
    assert mean_of(genres, lambda genre: genre.syncopation, 0.0) == pytest.approx(wanted)
    assert mean_of((), lambda genre: genre.syncopation, 0.18) == 0.18


def test_a_generator_plays_a_genre_with_a_style_of_its_own() -> None:
    assert own_style("jazz", "bass", ("root", "walking")) == "walking"
    assert own_style("jazz", "drums", ("jazz", "drive")) == "jazz"
    assert own_style("walking", "bass", ("root", "walking")) == "walking"


def test_a_blend_swings_less_than_its_swinging_half() -> None:
    blend = swing_of(("jazz 0.5 + house 0.5",))

    assert blend.pair == GENRES["jazz"].swing.pair
    assert 1.0 < blend.slow_ratio < GENRES["jazz"].swing.slow_ratio
