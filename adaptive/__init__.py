"""adaptive: a real-time adaptive soundtrack engine.  Music that follows the moment."""

from __future__ import annotations

__version__ = "0.1.0"
