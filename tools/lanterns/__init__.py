"""Composes and renders the stems of *lanterns* with the engine's own generators, patches and kits."""
