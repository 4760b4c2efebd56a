"""The objective: a screen as its file describes it, and the score that follows from it."""
