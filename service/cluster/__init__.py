"""The engine of many machines: the rows of the schedule, handed out through Procrastinate over the same PostgreSQL."""
