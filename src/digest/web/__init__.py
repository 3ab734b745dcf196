"""What a browser sees: the unsubscribe pages of `digest serve`, the preview, and the demo's inbox.

`public` answers the outside world - `preview` and `inbox` answer the operator's own browser on this machine, behind
`gate` - `mail` takes messages apart and shows them in light or dark - `live` reloads - `server` runs uvicorn -
`writing` holds the pages' Jinja2 environment; templates in pages/, styles and scripts in static/ (no build step).

Decides nothing about digests: each app is given a small Protocol and asks it. GET never changes anything, on any page.
"""
