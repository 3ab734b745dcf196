"""French."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "Nº {number}",
    "stories": {
        "one": "{count} article",
        "many": "{count} d’articles",
        "other": "{count} articles",
    },
    "minutes": {
        "one": "{count} min de lecture",
        "many": "{count} min de lecture",
        "other": "{count} min de lecture",
    },
    "min": {
        "one": "{count} min",
        "many": "{count} min",
        "other": "{count} min",
    },
    "read_story": {
        "one": "Lire l’article · {count} min",
        "many": "Lire l’article · {count} min",
        "other": "Lire l’article · {count} min",
    },
    "more_stories": "Aussi dans ce numéro",
    "also": "Également à lire",
    "by": "Par {names}",
    "comments": {
        "one": "{count} commentaire",
        "many": "{count} de commentaires",
        "other": "{count} commentaires",
    },
    "and_more": {
        "one": "… et {count} autre sur {site}",
        "many": "… et {count} d’autres sur {site}",
        "other": "… et {count} autres sur {site}",
    },
    "why": "Vous recevez ce message parce que {address} est abonné à {title} de {site}.",
    "why_site": "Vous recevez ce message parce que {address} est abonné à {site}.",
    "unsubscribe": "Se désabonner",
    "visit": "Aller sur {site}",
    "sample": "Exemple : voici les derniers articles, pas un vrai numéro.",
    "read_on": "Suite : le texte entier est plus long que ne le permet un e-mail.",
    "hello": "Bonjour {name},",
    "in_this_issue": "Dans ce numéro",
    "subject_more": {
        "one": "{title} et {count} autre",
        "many": "{title} et {count} autres",
        "other": "{title} et {count} autres",
    },
    "new_on": "À lire sur {site} : {titles}",
    "from_site": "De {site} : {text}",
}
