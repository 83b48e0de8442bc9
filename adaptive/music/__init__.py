"""Music theory as pure values and functions, without time or sound."""
