"""Stingers: one-shots on events, and the ducking that makes them heard."""
