"""The staff workbench: server-rendered, every asset served from here."""
