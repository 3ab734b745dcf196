"""A sample community and an embedded inbox: everything runs with no setting, no account and no network.

`community` serves invented articles on loopback as feeds, pages and files - `inbox` is an SMTP server that keeps what
it gets - `setup` writes the digest.toml that joins them. The true pipeline runs in between: nothing here knows how
gathering, rendering or sending work, and none of them knows that this is a demo.
"""
