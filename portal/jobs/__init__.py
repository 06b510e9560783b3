"""Entry points of the queue: take an id, call one service verb."""
