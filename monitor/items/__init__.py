"""The catalogue's items (公开事项) against what the town's columns hold: there at all, in time, and every period's."""
