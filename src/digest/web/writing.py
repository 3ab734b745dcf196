"""Renders the HTML pages of this room from pages/ and hands out the files of static/.

Autoescaping is always on and no page contains a script or an event handler inline, so that the content policies can
forbid them. Never renders e-mail: that is another Jinja2 environment with other rules (`digest.render`).
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("digest.web", "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(name: str, **values: object) -> str:
    """The page pages/`name` as text."""
    return _environment().get_template(name).render(values)


def html_page(name: str, *, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(render_page(name, **values), status_code=status)


@cache
def static_text(name: str) -> Markup:
    """A file of static/ as text that may stand inside <style> or <script>: it is ours, not escaped."""
    return Markup(resources.files("digest.web").joinpath("static", name).read_text(encoding="utf-8"))  # noqa: S704


def csp_hash(text: str) -> str:
    """The source expression that allows exactly this inline style (CSP level 3 section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def static_file(request: Request) -> Response:
    """GET /static/{name}: only the files that are there; a name cannot leave the folder, it is looked up in a list."""
    name = request.path_params["name"]
    top = resources.files("digest.web").joinpath("static")
    found = {file.name: file for file in top.iterdir() if file.is_file()}
    found |= {f"studio/{file.name}": file for file in top.joinpath("studio").iterdir()}
    for known, file in found.items():
        if known == name:
            kind = _TYPES["." + name.rsplit(".", 1)[-1]]
            return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})
    return Response("no such file\n", status_code=404, media_type="text/plain")
