"""English, and thereby the ids and places of every catalogue. After a change: `make catalogues`."""

from collections.abc import Mapping
from typing import TypeAlias

Messages: TypeAlias = Mapping[str, "str | Mapping[str, str]"]

MESSAGES: Messages = {
    "number": "No. {number}",
    "stories": {
        "one": "{count} story",
        "other": "{count} stories",
    },
    "minutes": {
        "one": "{count} min read",
        "other": "{count} min read",
    },
    "min": {
        "one": "{count} min",
        "other": "{count} min",
    },
    "read_story": {
        "one": "Read the story · {count} min",
        "other": "Read the story · {count} min",
    },
    "more_stories": "More in this issue",
    "also": "Also new",
    "by": "By {names}",
    "comments": {
        "one": "{count} comment",
        "other": "{count} comments",
    },
    "and_more": {
        "one": "… and {count} more on {site}",
        "other": "… and {count} more on {site}",
    },
    "why": "You get this because {address} subscribes to {title} from {site}.",
    "why_site": "You get this because {address} subscribes to {site}.",
    "unsubscribe": "Unsubscribe",
    "visit": "Visit {site}",
    "sample": "Sample: these are the latest articles, not a real issue.",
    "read_on": "Continues: the whole text is longer than an email may be.",
    "hello": "Hello {name},",
    "in_this_issue": "In this issue",
    "subject_more": {
        "one": "{title} and {count} more",
        "other": "{title} and {count} more",
    },
    "new_on": "New on {site}: {titles}",
    "from_site": "From {site}: {text}",
}
