"""Hindi."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "अंक {number}",
    "stories": {
        "one": "{count} लेख",
        "other": "{count} लेख",
    },
    "minutes": {
        "one": "{count} मिनट में पढ़ें",
        "other": "{count} मिनट में पढ़ें",
    },
    "min": {
        "one": "{count} मिनट",
        "other": "{count} मिनट",
    },
    "read_story": {
        "one": "पूरा लेख पढ़ें · {count} मिनट",
        "other": "पूरा लेख पढ़ें · {count} मिनट",
    },
    "more_stories": "इस अंक में और",
    "also": "यह भी नया",
    "by": "लेखक: {names}",
    "comments": {
        "one": "{count} टिप्पणी",
        "other": "{count} टिप्पणियाँ",
    },
    "and_more": {
        "one": "… और {count} लेख {site} पर",
        "other": "… और {count} लेख {site} पर",
    },
    "why": "यह संदेश आपको इसलिए मिला क्योंकि {address} ने {site} के {title} की सदस्यता ली है।",
    "why_site": "यह संदेश आपको इसलिए मिला क्योंकि {address} ने {site} की सदस्यता ली है।",
    "unsubscribe": "सदस्यता समाप्त करें",
    "visit": "{site} पर जाएँ",
    "sample": "नमूना: ये सबसे नए लेख हैं, असली अंक नहीं।",
    "read_on": "आगे जारी: पूरा पाठ एक ईमेल की सीमा से लंबा है।",
    "hello": "नमस्ते {name},",
    "in_this_issue": "इस अंक में",
    "subject_more": {
        "one": "{title} और {count} लेख",
        "other": "{title} और {count} लेख",
    },
    "new_on": "{site} पर नया: {titles}",
    "from_site": "{site} से: {text}",
}
