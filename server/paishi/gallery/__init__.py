"""Models and layers that lecture notes print, in today's Keras. No serving process imports this."""
