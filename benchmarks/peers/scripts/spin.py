"""Keep one core busy until it is ended."""

while True:
    pass
