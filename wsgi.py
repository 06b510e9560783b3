"""The door for web servers: `gunicorn wsgi:app`."""

import os

from portal import create_app
from portal.config import Config

app = create_app(Config.from_env(os.environ))
