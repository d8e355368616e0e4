"""Jobs: their records, the moves they may make, and the rule of one job per user."""
