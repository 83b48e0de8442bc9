"""Layers whose sound comes from outside, in a session: who writes their rings, and what is told of them."""
