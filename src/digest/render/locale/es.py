"""Spanish."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "N.º {number}",
    "stories": {
        "one": "{count} artículo",
        "many": "{count} de artículos",
        "other": "{count} artículos",
    },
    "minutes": {
        "one": "{count} min de lectura",
        "many": "{count} min de lectura",
        "other": "{count} min de lectura",
    },
    "min": {
        "one": "{count} min",
        "many": "{count} min",
        "other": "{count} min",
    },
    "read_story": {
        "one": "Leer el artículo · {count} min",
        "many": "Leer el artículo · {count} min",
        "other": "Leer el artículo · {count} min",
    },
    "more_stories": "Más en este número",
    "also": "También nuevo",
    "by": "Por {names}",
    "comments": {
        "one": "{count} comentario",
        "many": "{count} de comentarios",
        "other": "{count} comentarios",
    },
    "and_more": {
        "one": "… y {count} más en {site}",
        "many": "… y {count} más en {site}",
        "other": "… y {count} más en {site}",
    },
    "why": "Recibes este mensaje porque {address} está suscrito a {title} de {site}.",
    "why_site": "Recibes este mensaje porque {address} está suscrito a {site}.",
    "unsubscribe": "Darse de baja",
    "visit": "Visitar {site}",
    "sample": "Muestra: son los artículos más recientes, no un número real.",
    "read_on": "Continúa: el texto completo es más largo de lo que admite un correo.",
    "hello": "Hola, {name}:",
    "in_this_issue": "En este número",
    "subject_more": {
        "one": "{title} y {count} más",
        "many": "{title} y {count} más",
        "other": "{title} y {count} más",
    },
    "new_on": "Nuevo en {site}: {titles}",
    "from_site": "De {site}: {text}",
}
