"""The straight path, wired: one module per step, read in this order.

    workspace      configuration + database + clock + network, opened once per command
    presence       this process as a worker: registered, beating, its dead predecessors recovered
    cadence        readers who asked for fewer mails: which issues there are, and who gets which
    gathering      sources -> articles in the database; each digest told what is new to it
    drafting       eligible articles -> one `Issue` value (pure reading; the preview does just this)
    listing        subscriber files -> subscriptions; how the list changed; the candidates of an issue
    freezing       `Issue` -> renditions -> candidates, in one transaction
    sending        a frozen issue -> every recipient's outcome
    issuing        one period of one digest from plan to done: the steps above in order, each safe to repeat
    steering       hold, release, pause, resume, skip, cancel, retry, resolve
    trying         one test message, no ledger row
    unsubscribing  a token or an address -> off the list, in the database and beside the file
    notifying      what the operator hears

Wiring only: what to choose, how to render and what a reply means is decided in the stages; what is due is decided in
`clock`. Modules import stages when they run, so that a sending worker never loads gathering or curating.
"""
