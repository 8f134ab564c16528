"""When the work of the towns is done, and the engine that does it on one machine."""
