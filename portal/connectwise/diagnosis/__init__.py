"""The connection test: why a connection to ConnectWise works or fails.

probe       does the I/O: checks the company, logs in, reads one record of each list, and records the responses
rules       pure: an ordered table that maps observations to a field, a problem and a remedy
logins      pure: what a refused login means, in a test and in a sync alike
messages    the texts
"""
