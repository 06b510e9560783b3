"""The web server: waitress under gunicorn's arbiter.

One loop in each process reads whole requests and sends answers, so a slow client costs a socket and no thread. Only
complete requests reach the threads. What is added to waitress here are limits: of time, of bytes, of connections.
"""
