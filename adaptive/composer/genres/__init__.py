"""Genres: tables of harmony, form, feel, figures, kits, patches and mix; one file each."""
