"""Trains the networks of `adaptive.composer.learned` on recordings of people: ``make train``."""
