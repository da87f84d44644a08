"""Hours of strangers in minutes: does the server lose, mix up or hoard anything?"""
