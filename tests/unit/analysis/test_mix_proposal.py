from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adaptive.analysis.mix_proposal import HELD, LIMIT, figures, proposed, whole_lufs
from adaptive.analysis.mix_reference import average_reference
from adaptive.analysis.mix_search import WHOLE, HeardMix, MixModel
from tests.helpers.mixes import ROLES, heard_mix

POP = average_reference("pop")


def changes_of(heard: HeardMix, held: frozenset[str] = frozenset()) -> dict[tuple[str, str], str]:
    model = MixModel([heard], ROLES, POP)
    return {(one.layer, one.kind): f"{one.in_words}; {one.reason}" for one in proposed([heard], model, held)}


def test_each_change_has_a_reason_that_names_what_was_heard() -> None:
    made = changes_of(heard_mix({"bass": 15.0}))

    assert made["bass", "level"].endswith("from 50 Hz to 200 Hz the mix is 12 dB above the reference")


def test_a_layer_that_jumps_is_held_once() -> None:
    heard = heard_mix()
    lead = replace(heard.layers["lead"], spread_lu=14.0)
    jumping = replace(heard, layers={**heard.layers, "lead": lead})

    assert "from phrase to phrase" in changes_of(jumping)["lead", HELD]
    assert ("lead", HELD) not in changes_of(jumping, frozenset({"lead"}))


@pytest.mark.parametrize(("peak_db", "kind"), [(-20.0, "level"), (-6.0, LIMIT)])
def test_a_soft_mix_is_raised_and_limited_where_peaks_would_exceed_the_ceiling(
    peak_db: float, kind: str
) -> None:
    heard = heard_mix(dict.fromkeys(ROLES, -10.0))
    whole = replace(heard.whole, true_peak_db=peak_db)
    made = changes_of(replace(heard, whole=whole))

    assert list(made) == [(WHOLE, kind)]
    assert made[WHOLE, kind].startswith("+9.0 dB")
    assert "together the sections are at -28" in made[WHOLE, kind]


def test_the_loudness_of_sections_leaves_out_what_is_much_softer() -> None:
    assert whole_lufs([-18.0, -40.0]) == pytest.approx(-18.0)
    assert whole_lufs([-18.0, -18.0]) == pytest.approx(-18.0)
    found = figures([heard_mix()], MixModel([heard_mix()], ROLES, POP))
    assert np.isfinite(list(found.values())).all()
    assert found["distance"] == 0.0
