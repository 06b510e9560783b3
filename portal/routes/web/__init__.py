"""Web machinery: what every page needs, whatever it shows."""
