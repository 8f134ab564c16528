"""The front doors: command line, workbench, doctor, the demo day. They compose crawler, monitor and alerts."""
