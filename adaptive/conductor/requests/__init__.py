"""Requests from outside: states, events, tempo and transport, with their receipts."""
