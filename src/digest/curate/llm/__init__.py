"""Summaries by a language model, optional: what is asked (`prompt`), who asks (`client`), what may pass (`gate`,
`numbers`), and how a whole issue stays inside its time and cost (`writer`).

Nothing here chooses articles. Invariants: an article's text is data and never an instruction; a reply that says what
the article does not say is refused and the extract stands; the key goes to one origin only; whatever the server does,
every article has a summary within the time cap.

`settings` alone is imported with the configuration; the rest only where a `[model]` is configured.
"""
