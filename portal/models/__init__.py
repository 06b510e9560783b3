"""Tables and the rules of a row."""
