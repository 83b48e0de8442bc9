"""Built-in sounds: synthesiser patches by name, and drum kits synthesised at first use."""
