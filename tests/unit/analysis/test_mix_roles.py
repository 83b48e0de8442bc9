from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.mix_profile import layer_profile
from adaptive.analysis.mix_roles import BASS, DRUMS, LEAD, OTHER, PERCUSSION, role_of, usual_lu
from tests.helpers.signals import sine


@pytest.mark.parametrize(
    ("name", "generator", "style", "role"),
    [
        ("x", "bass", "root", BASS), ("x", "melody", "motif", LEAD), ("x", "drums", "drive", DRUMS),
        ("x", "drums", "shaker", PERCUSSION), ("bass", "pad", "swell", OTHER), ("taiko_far", None, "", DRUMS),
        ("lead_two", None, "", LEAD), ("sub", None, "", BASS), ("strings", None, "", OTHER),
    ],
)  # fmt: skip
def test_generator_then_name_say_the_role(name: str, generator: str | None, style: str, role: str) -> None:
    assert role_of(name, generator, style, None) == role


def test_what_is_low_is_a_bass_and_of_few_layers_each_may_be_louder() -> None:
    low = layer_profile(np.stack([sine(60.0, 48000, 0.1)] * 2, axis=1), 48000)

    assert role_of("thing", None, "", low) == BASS
    assert usual_lu(BASS, 6) == (-15.0, -4.0)
    assert usual_lu(BASS, 2) == (-15.0, -1.0)
    assert usual_lu(LEAD, 1)[1] > 0.0
