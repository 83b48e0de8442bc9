"""Inputs: turn bytes from outside into checked messages.  All bytes are treated as hostile."""
