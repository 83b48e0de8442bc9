"""Layers while they play: recorded stems, generated bars, and the players of written notes."""
