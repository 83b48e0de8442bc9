"""The tables of insert effects, made from the descriptors of the kernel's processors.

A table has a key for each parameter and option of its processor, with its range and its default.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter, Processor
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.table import Curve, Name, Table

MOST_INSERTS = 16
"""Inserts of one layer or bus; it bounds the work of a quantum."""


class InsertTable(Table, frozen=True):
    """An insert effect: what all kinds have in common."""

    id: Name | None = None
    bypass: bool = False

    @property
    def kind(self) -> str:
        """Name of its processor."""
        return str(self.__struct_config__.tag)

    @property
    def name(self) -> str:
        """Its `id`; left out: its kind."""
        return self.id or self.kind

    @property
    def recording(self) -> str | None:
        """Name of the file that it convolves with; None: none."""
        return getattr(self, "file", None)

    @property
    def listens_to(self) -> str | None:
        """Name of the layer, bus or stinger that it listens to; None: its own signal."""
        return getattr(self, "key", None)

    def settings(self) -> dict[str, Any]:
        """The number or the curve of each parameter and option; of a choice, its index."""
        return {option.name: _setting(option, getattr(self, option.name)) for option in self._options()}

    def _options(self) -> Sequence[Option]:
        return PROCESSORS[self.kind].settings

    def curves(self) -> dict[str, Curve]:
        """The curves among its parameters."""
        return {name: value for name, value in self.settings().items() if isinstance(value, Curve)}


def _setting(option: Option, value: Any) -> Any:
    return float(option.choices.index(value)) if isinstance(option, NamedOption) else value


def _field(option: Option) -> tuple[str, Any, float | str]:
    if isinstance(option, NamedOption):
        return option.name, Literal[option.choices], option.choices[round(option.default)]
    number = Annotated[float, Meta(ge=option.low, le=option.high)]
    return (option.name, number | Curve if isinstance(option, Parameter) else number, option.default)


def _required(processor: Processor) -> list[tuple[str, Any]]:
    return [] if processor.memory_of is None else [("file", str)]


def _keys(processor: Processor) -> list[tuple[str, Any, None]]:
    return [("key", Name | None, None)] if processor.has_key else []


def _table(processor: Processor) -> type[InsertTable]:
    doc = f'`{{ kind = "{processor.kind}" }}`: {processor.doc[0].lower()}{processor.doc[1:]}'
    made: Any = msgspec.defstruct(
        f"{processor.kind.title().replace('_', '')}Insert",
        [*_required(processor), *map(_field, processor.settings), *_keys(processor)],
        bases=(InsertTable,),
        tag_field="kind",
        tag=processor.kind,
        frozen=True,
        kw_only=True,
        namespace={"__doc__": doc},
        module=__name__,
    )
    return cast("type[InsertTable]", made)


TABLES: dict[str, type[InsertTable]] = {kind: _table(processor) for kind, processor in PROCESSORS.items()}

Insert: Any = functools.reduce(operator.or_, TABLES.values())
"""An insert effect of any kind; `kind` says which."""


def check_inserts(
    inserts: Sequence[InsertTable], parameters: Sequence[str], at: KeyPath, faults: FaultList
) -> None:
    """Check names, number and curves of the inserts of a layer, a bus or the master."""
    if len(inserts) > MOST_INSERTS:
        faults.add(at, f"has {len(inserts)} inserts, more than the {MOST_INSERTS} there may be")
    seen: set[str] = set()
    for number, insert in enumerate(inserts):
        if insert.name in seen:
            text = f"there are two inserts called `{insert.name}`; give one of them another `id`"
            faults.add((*at, number, "id"), text)
        seen.add(insert.name)
        limits = {one.name: (one.low, one.high) for one in PROCESSORS[insert.kind].settings}
        for name, curve in insert.curves().items():
            where: KeyPath = (*at, number, name)
            faults.require_known((*where, "over"), "parameter", curve.over, parameters)
            check_points(curve, (*where, "points"), name, limits[name], faults)


def all_curves(inserts: Sequence[InsertTable], at: KeyPath) -> Iterator[tuple[KeyPath, Curve]]:
    """Every curve of some inserts, with its place in the file."""
    for number, insert in enumerate(inserts):
        for name, curve in insert.curves().items():
            yield (*at, number, name), curve
