from __future__ import annotations

import msgspec
import pytest

from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.preset.inserts import TABLES, all_curves
from adaptive.preset.table import Curve

CURVE = Curve("heat", ((0.0, -6.0), (1.0, 3.0)))


def required(kind: str) -> dict[str, str]:
    """The keys that a table must have."""
    return {} if PROCESSORS[kind].memory_of is None else {"file": "room.wav"}


@pytest.mark.parametrize("kind", PROCESSORS)
def test_a_table_has_a_key_for_each_setting_with_its_default(kind: str) -> None:
    table = TABLES[kind](**required(kind))

    assert table.settings() == PROCESSORS[kind].defaults()
    assert (table.kind, table.name, table.bypass) == (kind, kind, False)
    assert TABLES[kind](**required(kind), id="mine").name == "mine"


@pytest.mark.parametrize("kind", PROCESSORS)
def test_parameters_take_curves_and_options_do_not(kind: str) -> None:
    kinds = {field.name: str(field.type) for field in msgspec.structs.fields(TABLES[kind])}

    assert all("Curve" in kinds[one.name] for one in PROCESSORS[kind].parameters)
    assert not any("Curve" in kinds[one.name] for one in PROCESSORS[kind].options)


def test_curves_are_found_with_their_places() -> None:
    inserts = [TABLES["eq"](), TABLES["eq"](id="tone", low_db=CURVE)]  # type: ignore[call-arg]

    assert list(all_curves(inserts, ("master", "inserts"))) == [(("master", "inserts", 1, "low_db"), CURVE)]
