from __future__ import annotations

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.mix_reasons import apart_words, reason_of
from adaptive.analysis.mix_reference import average_reference
from adaptive.analysis.mix_search import MixModel
from tests.helpers.mixes import ROLES, heard_mix


def test_the_band_that_is_brought_nearer_is_named() -> None:
    apart = np.where(CENTRES_HZ > 3000.0, -8.0, 0.0)
    moved = np.where(CENTRES_HZ > 3000.0, 6.0, 0.0)

    assert (
        apart_words(apart, moved, "the mix") == "from 3.2 kHz to 16 kHz the mix is 8 dB below the reference"
    )
    assert apart_words(apart, -moved, "it").startswith("with the other changes")


def test_a_layer_that_is_lowered_for_another_says_for_which() -> None:
    model = MixModel([heard_mix({"lead": -22.0})], ROLES, average_reference("pop"))
    turns = {("lead", "level"): 12.0, ("pad", "level"): -5.0}

    assert (
        reason_of(model, turns, {("lead", "level"): 12.0}, "pad", "level")
        == "makes room for `lead` in `main`"
    )
