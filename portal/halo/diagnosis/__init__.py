"""The connection test: why a connection to Halo works or fails.

probe       does the I/O: requests a token, the agent's profile and each list, and records the responses
rules       pure: an ordered table that maps observations to a field, a problem, a remedy and a fix
messages    the texts
"""
