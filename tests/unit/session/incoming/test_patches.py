"""Patches of a preset: none runs unless the user allows it."""

from __future__ import annotations

from pathlib import Path

from adaptive.api.rendering import render
from adaptive.preset.load import load
from adaptive.session.incoming.patches import refusal
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.presets import HEAD


def test_code_does_not_run_unless_it_is_allowed(tmp_path: Path) -> None:
    body = '[layers.cloud]\npyo = "cloud.py"\n[sections.calm]\nlayers = ["cloud"]\nlength_bars = 4\n'
    (tmp_path / "preset.toml").write_text(HEAD + body, encoding="utf-8")
    (tmp_path / "cloud.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    renderer = Renderer(RenderJob(load(tmp_path, vocabulary()), 1, 0.02, ending="cut"))
    heard = [piece for piece in renderer.control_steps() if piece.any()]
    renderer.close()
    taken = render(tmp_path, 0.02, seed=1, ending="cut")

    assert heard == []
    assert refusal(["cloud"]) in taken.remarks
    assert renderer.remarks == [refusal(["cloud"])]
    assert not (tmp_path / "ran").exists()
