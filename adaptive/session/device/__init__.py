"""The sound card of a session: supervised, searched for, left and entered without a click."""
