"""Webhooks: who is told of the end of a job, where that may be, what is sent, and the log of it."""
