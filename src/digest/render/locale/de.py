"""German."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "Nr. {number}",
    "stories": {
        "one": "{count} Beitrag",
        "other": "{count} Beiträge",
    },
    "minutes": {
        "one": "{count} Min. Lesezeit",
        "other": "{count} Min. Lesezeit",
    },
    "min": {
        "one": "{count} Min.",
        "other": "{count} Min.",
    },
    "read_story": {
        "one": "Beitrag lesen · {count} Min.",
        "other": "Beitrag lesen · {count} Min.",
    },
    "more_stories": "Mehr in dieser Ausgabe",
    "also": "Außerdem neu",
    "by": "Von {names}",
    "comments": {
        "one": "{count} Kommentar",
        "other": "{count} Kommentare",
    },
    "and_more": {
        "one": "… und {count} weiterer auf {site}",
        "other": "… und {count} weitere auf {site}",
    },
    "why": "Sie erhalten diese E-Mail, weil {address} „{title}“ von {site} abonniert hat.",
    "why_site": "Sie erhalten diese E-Mail, weil {address} {site} abonniert hat.",
    "unsubscribe": "Abbestellen",
    "visit": "{site} besuchen",
    "sample": "Muster: Das sind die neuesten Beiträge, keine echte Ausgabe.",
    "read_on": "Geht weiter: Der ganze Text ist länger, als eine E-Mail sein darf.",
    "hello": "Hallo {name},",
    "in_this_issue": "In dieser Ausgabe",
    "subject_more": {
        "one": "{title} und {count} weiterer",
        "other": "{title} und {count} weitere",
    },
    "new_on": "Neu auf {site}: {titles}",
    "from_site": "Von {site}: {text}",
}
