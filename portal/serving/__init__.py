"""The web server: waitress under gunicorn's arbiter.

In each process, one event loop reads requests and sends responses, so a slow client costs a socket but no thread.
Threads get complete requests only. This package adds limits to waitress: on time, bytes and connections.
"""
