"""Renders the stems of the preset *lanterns* with the engine's own generators, patches and kits."""
