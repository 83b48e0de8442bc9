from __future__ import annotations

import json

from adaptive.composer.note_rows import note_of, note_row
from adaptive.composer.registry import BUILT_IN
from tests.unit.composer.composing import contexts


def test_every_note_of_the_built_in_generators_survives_json() -> None:
    for spec in BUILT_IN.values():
        for context in contexts(bars=2, style=spec.styles[0], density=0.8):
            for note in spec.function(context).notes:
                assert note_of(json.loads(json.dumps(note_row(note)))) == note
