"""What trains with Keras. Importing these modules loads it."""
