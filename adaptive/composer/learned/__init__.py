"""What the composer has learned from recordings of people: networks as data files, and how they are used."""
