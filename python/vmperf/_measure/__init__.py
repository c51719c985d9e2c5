"""Processes that measure: started, watched, timed, and what killed them."""
