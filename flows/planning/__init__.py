"""From what a user asks for to work that can run, and trainings run."""
