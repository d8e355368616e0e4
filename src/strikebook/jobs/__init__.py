"""Who may run when: one run per user, also across processes."""
