"""Whom: subscriber lists as files, who left, who wants what.

`csvfile` (a list file to rows and rejects; `encodings`, `records`, `headers`, `rows` are its steps) - `writing` (the
rejects file; appending to a list) - `unsubscribed` (the file of those who left, beside the list) - `segments` (pure:
what changed, whether too much, who wants an issue).

Does not know the database. Invariant: a row that cannot be used costs that row, with its line and its reason; the good
rows always come through, and nobody who is said to have left is among them.
"""

from digest.audience.csvfile import CsvList, read_list, read_list_bytes
from digest.audience.segments import Change, change_guard, compare, locale_direction, wants
from digest.audience.settings import ListSettings
from digest.audience.unsubscribed import read_unsubscribed, record_unsubscribe, unsubscribed_path
from digest.audience.writing import append_subscribers, rejects_path, write_rejects

__all__ = [
    "Change", "CsvList", "ListSettings", "append_subscribers", "change_guard", "compare", "locale_direction",
    "read_list", "read_list_bytes", "read_unsubscribed", "record_unsubscribe", "rejects_path", "unsubscribed_path",
    "wants", "write_rejects",
]  # fmt: skip
