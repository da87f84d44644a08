"""From the start of the process to its end: phase, graceful shutdown, watchdog."""
