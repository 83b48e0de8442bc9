"""How a bar is played: swing, push, a clock that wanders for all players at once, and each player's hand."""
