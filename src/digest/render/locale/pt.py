"""Portuguese."""

from digest.render.locale import Messages

MESSAGES: Messages = {
    "number": "N.º {number}",
    "stories": {
        "one": "{count} artigo",
        "many": "{count} de artigos",
        "other": "{count} artigos",
    },
    "minutes": {
        "one": "{count} min de leitura",
        "many": "{count} min de leitura",
        "other": "{count} min de leitura",
    },
    "min": {
        "one": "{count} min",
        "many": "{count} min",
        "other": "{count} min",
    },
    "read_story": {
        "one": "Ler o artigo · {count} min",
        "many": "Ler o artigo · {count} min",
        "other": "Ler o artigo · {count} min",
    },
    "more_stories": "Mais nesta edição",
    "also": "Também novo",
    "by": "Por {names}",
    "comments": {
        "one": "{count} comentário",
        "many": "{count} de comentários",
        "other": "{count} comentários",
    },
    "and_more": {
        "one": "… e mais {count} em {site}",
        "many": "… e mais {count} em {site}",
        "other": "… e mais {count} em {site}",
    },
    "why": "Recebe esta mensagem porque {address} subscreve {title} de {site}.",
    "why_site": "Recebe esta mensagem porque {address} subscreve {site}.",
    "unsubscribe": "Cancelar a subscrição",
    "visit": "Visitar {site}",
    "sample": "Amostra: estes são os artigos mais recentes, não uma edição real.",
    "read_on": "Continua: o texto completo é mais longo do que um e-mail permite.",
    "hello": "Olá, {name}!",
    "in_this_issue": "Nesta edição",
    "subject_more": {
        "one": "{title} e mais {count}",
        "many": "{title} e mais {count}",
        "other": "{title} e mais {count}",
    },
    "new_on": "Novo em {site}: {titles}",
    "from_site": "De {site}: {text}",
}
