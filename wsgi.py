"""The door for web servers: `gunicorn wsgi:app`."""

import os

from portal import create_app
from portal.config import Config

os.umask(0o077)  # what the portal writes is its owner's alone

app = create_app(Config.from_env(os.environ))
