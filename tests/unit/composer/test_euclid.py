from __future__ import annotations

import pytest

from adaptive.composer.euclid import euclid


def shown(onsets: int, steps: int, rotation: int = 0) -> str:
    return "".join("x" if hit else "." for hit in euclid(onsets, steps, rotation))


@pytest.mark.parametrize(
    ("onsets", "steps", "rhythm"),
    [
        (3, 8, "x..x..x."),  # tresillo
        (5, 8, "x.xx.xx."),  # cinquillo
        (2, 5, "x.x.."),
        (4, 9, "x.x.x.x.."),
        (5, 12, "x..x.x..x.x."),
        (4, 16, "x...x...x...x..."),
    ],
)
def test_known_rhythms_have_their_names_onsets(onsets: int, steps: int, rhythm: str) -> None:
    assert shown(onsets, steps) == rhythm


def test_every_rhythm_has_as_many_onsets_as_asked_and_as_even_as_can_be() -> None:
    for steps in range(1, 17):
        for onsets in range(steps + 1):
            hits = [place for place, hit in enumerate(euclid(onsets, steps)) if hit]
            gaps = {(b - a) % steps or steps for a, b in zip(hits, hits[1:] + hits[:1], strict=True)}

            assert len(hits) == onsets
            assert max(gaps, default=0) - min(gaps, default=0) <= 1


def test_a_rotation_begins_later_in_the_same_rhythm() -> None:
    assert shown(3, 8, 3) == "x..x.x.."


@pytest.mark.parametrize(("onsets", "steps"), [(3, 2), (-1, 4), (0, 0)])
def test_impossible_rhythms_are_refused(onsets: int, steps: int) -> None:
    with pytest.raises(ValueError, match="onsets in"):
        euclid(onsets, steps)
