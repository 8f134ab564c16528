"""The yearly report as a document."""
