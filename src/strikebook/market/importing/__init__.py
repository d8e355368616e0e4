"""Import: the files of a source become days of a catalogue.

1. ``source_table`` reads a file's columns; ``mapping`` says which they are.
2. ``instruments`` (with ``tickers``), ``stamps`` and ``paise`` turn them into universal symbols, exchange time and
   whole paise; ``quotes`` leaves out rows without a usable price.
3. ``bar_length`` tells how long bars are; ``session_fit`` gives every row its day and refuses a file whose stamps do
   not fit the session.
4. ``days`` sorts the rows of all files into days and instruments and drops repetitions.
5. ``folder`` walks the paths, and writes day by day through ``market.catalogue_writer``.
"""

from strikebook.market.importing.folder import DayReport, FileReport, ImportReport, Progress, import_paths
from strikebook.market.importing.mapping import ImportMapping, parse_mapping, read_mapping

__all__ = [
    "DayReport",
    "FileReport",
    "ImportMapping",
    "ImportReport",
    "Progress",
    "import_paths",
    "parse_mapping",
    "read_mapping",
]
