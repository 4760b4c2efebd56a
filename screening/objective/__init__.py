"""What is wanted: a screen as its file says it, and the score that follows."""
