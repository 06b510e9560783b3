"""Refuses a `next` address that cannot be read, before Flask-Security fails on it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request


def init_app(app: Flask) -> None:
    app.before_request(check)


def check() -> None:
    if request.blueprint != "security":
        return
    for address in (*request.args.getlist("next"), *request.form.getlist("next")):
        try:
            urlsplit(address)
            urlsplit(address.replace("\\", "/"))  # Flask-Security reads both spellings
        except ValueError:
            abort(400)
