"""The process from start to exit: phase, graceful shutdown, watchdog."""
