"""digest: what a community publishes, as one email people want to open.

The straight path, which is also the reading order:

    source -> document -> article        gather/     fetch, parse, clean, recognise
           -> chosen and summarised      curate/     select, summarise, title the issue
           -> issue, frozen with its
              rendition                  render/     templates -> MJML -> segments and slots -> message bytes
           -> delivery claimed -> message
           -> relay -> outcome           deliver/    ledger protocol, SMTP, retries
           -> event                      audience/   who, consent, unsubscribe, suppression

`pipeline/` wires the stages together, one readable function per step; `clock` decides when; `store/` holds all SQL;
`http/` is the only room that opens outgoing HTTP; `config` turns digest.toml into typed settings; `cli/`, `web/` and
`demo/` are how people meet it.

Who may import whom (checked by import-linter): each of these only what stands to its right of the arrow,

    cli -> demo -> web -> clock -> pipeline -> config -> gather | curate | render | deliver | audience | editorial
        | store -> http | recurrence -> model -> errors

and the stages never import one another. Importing `digest` itself loads nothing of this: `digest --help` stays light.
"""

__version__ = "0.1.0"
