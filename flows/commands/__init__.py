"""The commands of ``hitlist``, one file each."""
