"""ConnectWise's callbacks: how they are signed, and which events are in them."""
