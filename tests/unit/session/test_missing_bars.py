from __future__ import annotations

from adaptive.session.missing_bars import MissingBars


def test_each_layer_gets_one_sentence_with_its_first_reason() -> None:
    bars = MissingBars()
    for layer, status, reason in (
        ("lead", "missing", "it hung"), ("lead", "written", ""), ("lead", "missing", "it died"),
        ("pad", "missing", "it was late"),
    ):  # fmt: skip
        bars.hear({"kind": "bar", "layer": layer, "status": status, "reason": reason})
    bars.hear({"kind": "note", "layer": "lead", "reason": "plain"})

    assert bars.sentences() == [
        "lead went on without its generator for 2 bars: it hung",
        "pad went on without its generator for 1 bar: it was late",
    ]
