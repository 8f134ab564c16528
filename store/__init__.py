"""The only place that knows SQLAlchemy. One file of functions per noun; they take and return core types."""
