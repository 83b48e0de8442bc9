from __future__ import annotations

import pytest

from adaptive.analysis.mix_reference import average_reference
from adaptive.analysis.mix_search import WHOLE, MixModel, found_turns
from tests.helpers.mixes import ROLES, heard_mix


def model_of(**gains_db: float) -> MixModel:
    return MixModel([heard_mix(gains_db)], ROLES, average_reference("pop"))


def test_a_good_mix_is_left_alone() -> None:
    model = model_of()

    assert model.is_fine
    assert found_turns(model) == {}
    assert list(model.outside()) == []


@pytest.mark.parametrize(
    ("gains", "place"),
    [
        ({"lead": -22.0}, ("lead", "level")),
        ({"bass": 15.0}, ("bass", "level")),
    ],
)
def test_the_layer_that_was_spoilt_is_the_one_that_is_turned_most(
    gains: dict[str, float], place: tuple[str, str]
) -> None:
    model = model_of(**gains)
    turns = found_turns(model)
    spoilt = next(iter(gains.values()))

    assert model.distance(turns, is_strict=False) < 0.1 * model.distance({}, is_strict=False)
    assert max(turns, key=lambda one: abs(turns[one])) == place
    assert turns[place] * spoilt < 0.0
    assert any(place[0] in words for words in model.outside()) or "the spectrum" in set(model.outside())


def test_what_is_calculated_of_a_turn_is_what_is_measured() -> None:
    turned = model_of().measured({("bass", "level"): 6.0, ("pad", "level"): -6.0})
    heard = model_of(bass=6.0, pad=-6.0).measured({})

    assert turned.bands_db - heard.bands_db == pytest.approx(0.0, abs=0.5)
    assert turned.side_mid_db == pytest.approx(heard.side_mid_db, abs=0.3)


def test_loudness_of_a_layer_is_the_same_in_front_of_any_master() -> None:
    heard = heard_mix()
    model = MixModel([heard], ROLES, average_reference("pop"))

    assert heard.below_lu("bass") == pytest.approx(-6.1, abs=0.5)
    assert model.lufs({(WHOLE, "low_db"): 0.0}) == pytest.approx([heard.whole.lufs], abs=0.01)


def test_what_an_earlier_run_turned_counts_to_the_most() -> None:
    model = MixModel(
        [heard_mix({"bass": 15.0})], ROLES, average_reference("pop"), before={("bass", "low_db"): -6.0}
    )
    control = next(one for one in model.controls_of("bass") if one.kind == "low_db")

    assert model.bounded("bass", control, -3.0) == 0.0
    assert model.bounded("lead", control, -3.0) == -3.0
