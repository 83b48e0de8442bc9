from __future__ import annotations

from adaptive.preset.expression import parse
from adaptive.preset.tree import Binary, Call, Number, Reference, children, walk


def test_walking_reaches_every_node_once_with_its_depth() -> None:
    root = parse("max(a, 1) + b > 2").root
    found = [(type(node).__name__, depth) for node, depth in walk(root)]

    assert sorted(found) == [
        ("Binary", 2),
        ("Call", 3),
        ("Comparison", 1),
        ("Number", 2),
        ("Number", 4),
        ("Reference", 3),
        ("Reference", 4),
    ]


def test_children_are_the_operands_from_left_to_right() -> None:
    assert children(Binary("-", Reference("a"), Number(1.0))) == (Reference("a"), Number(1.0))
    assert children(Call("min", (Number(1.0), Number(2.0)))) == (Number(1.0), Number(2.0))
    assert children(Number(1.0)) == ()
