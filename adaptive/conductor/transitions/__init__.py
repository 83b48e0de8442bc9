"""Transitions between segments: where they leave and enter, and what they do to the layers."""
