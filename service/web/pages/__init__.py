"""The pages: each module a noun, each exporting its HANDLERS."""
