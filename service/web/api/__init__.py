"""The JSON API."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig

HANDLERS: list[HTTPRouteHandler] = []
OPENAPI: OpenAPIConfig | None = None
