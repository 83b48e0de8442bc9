"""Levels, mutes and solos of a program, as ``mix`` messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from adaptive.api.message_receipts import MessageReceipts
from adaptive.session.performance import Performance
from adaptive.units import SILENCE_DB


class HandleOwner(Protocol):
    """The part of a session that handles use."""

    @property
    def performance(self) -> Performance:
        """What plays now."""

    def send(self, document: Mapping[str, Any]) -> MessageReceipts:
        """Send a message of the protocol."""


class Mixer:
    """Levels, mutes and solos as the program has set them; it sends ``mix`` messages.

    Parameters
    ----------
    owner : HandleOwner
        The session.
    """

    def __init__(self, owner: HandleOwner) -> None:
        self._owner = owner
        self.levels_db: dict[str, float] = {}
        self.muted: set[str] = set()
        self.soloed: set[str] = set()
        self._sent: dict[str, float | None] = {}
        self._performance = owner.performance

    def fade_to(self, layer: str, level_db: float | None, seconds: float) -> None:
        """Set the level of a layer; while it is silenced, the level is only remembered."""
        self._follow()
        before = self.levels_db.get(layer)
        if level_db is None:
            self.levels_db.pop(layer, None)
        else:
            self.levels_db[layer] = level_db
        try:
            self._send(seconds)
        except BaseException:
            self.levels_db.pop(layer, None)
            if before is not None:
                self.levels_db[layer] = before
            raise

    def mute(self, layer: str, *, is_muted: bool) -> None:
        """Mute a layer, or end that."""
        self._follow()
        (self.muted.add if is_muted else self.muted.discard)(layer)
        self._send(0.0)

    def solo(self, layer: str, *, is_soloed: bool) -> None:
        """Solo a layer, or end that."""
        self._follow()
        (self.soloed.add if is_soloed else self.soloed.discard)(layer)
        self._send(0.0)

    def _follow(self) -> None:
        """Begin anew if another preset was loaded; a large edit also brings another performance."""
        before, self._performance = self._performance, self._owner.performance
        if self._performance is before:
            return
        held = self._performance.conductor.mix.held
        layers = self._performance.preset.file.layers
        self._sent = {name: held[_path(name)] for name in layers if _path(name) in held}
        if self._performance.preset.folder != before.preset.folder:
            self.levels_db.clear()
            self.muted.clear()
            self.soloed.clear()

    def _wanted(self, layer: str) -> float | None:
        is_silenced = layer in self.muted or (bool(self.soloed) and layer not in self.soloed)
        return SILENCE_DB if is_silenced else self.levels_db.get(layer)

    def _send(self, seconds: float) -> None:
        """Send what has changed, as one message."""
        layers = self._owner.performance.preset.file.layers
        changed = {name: self._wanted(name) for name in layers if self._wanted(name) != self._sent.get(name)}
        if changed:
            targets = {_path(name): level for name, level in changed.items()}
            self._owner.send({"mix": targets, "seconds": seconds})
            self._sent |= changed


def _path(layer: str) -> str:
    """Key path of the level of a layer."""
    return f"layers.{layer}.level_db"
