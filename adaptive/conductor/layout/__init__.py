"""From a preset to rows of the engine: strips, clips, voices, curves."""
