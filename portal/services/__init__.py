"""Use cases: verbs that own a transaction. They know neither the web nor the queue."""
