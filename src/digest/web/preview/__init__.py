"""`digest preview`: the studio in the operator's browser, and its export to files.

    app        routes and answers                 pages/studio.html, static/studio/*.js
    said       pictures, checks, desk as JSON
    changing   what POST may do
    exporting  the same without a server

Decides nothing about digests: `pipeline.previewing` does. GET changes nothing; POST needs the gate's leave.
"""

from digest.web.preview.app import studio_app
from digest.web.preview.exporting import Preview, PreviewError, export_preview
from digest.web.server import serve_app

__all__ = ["Preview", "PreviewError", "export_preview", "serve_app", "studio_app"]
