"""The measured promises: ``make bench``. Days are measured as in a worker, which loads no pandas."""

from strikebook.service import own_process as own_process  # first: what it says counts for what is imported after it
