"""Plans that turn a user's request into work that can run, and the run of a training."""
