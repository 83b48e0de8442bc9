"""Speed, measured: shares of a core, cost per unit of work, and how it grows."""
