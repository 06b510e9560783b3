"""Why a connection to Halo works or does not.

probe       does the I/O: asks the Auth Server, the agent's profile and each list, and records what came back
rules       pure: an ordered table that turns what was observed into the field, the problem, the remedy and the fix
messages    the words
"""
