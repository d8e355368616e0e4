"""Results on disk: ids to paths, days to compressed files and back, and the door the files go through."""
