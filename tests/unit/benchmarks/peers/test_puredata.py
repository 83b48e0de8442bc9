from __future__ import annotations

from pathlib import Path

from benchmarks.peers.puredata import Patch


def test_a_patch_names_its_boxes_and_wires_them_to_inlets_in_order(tmp_path: Path) -> None:
    patch = Patch()
    left, right = patch.box("phasor~ 1"), patch.box("line~")
    patch.box("*~", left, right)
    patch.message("0, 1 $1", (left, 1))

    patch.write(tmp_path / "x.pd")

    lines = (tmp_path / "x.pd").read_text(encoding="utf-8").splitlines()
    assert r"#X msg 10 70 0 \, 1 \$1;" in lines
    assert lines[-3:] == ["#X connect 0 0 2 0;", "#X connect 1 0 2 1;", "#X connect 0 1 3 0;"]
