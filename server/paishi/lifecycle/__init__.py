"""How the process ends, and how it notices that it hangs."""
