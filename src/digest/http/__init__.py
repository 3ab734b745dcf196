"""The only room that opens outgoing HTTP.

Two policies, two classes:

    public.PublicHttp      any address an outsider may name (feeds, pages, images): every hop is resolved once, vetted,
                           and connected to by the vetted address; decoded bytes, header bytes and time are capped;
                           one request at a time to each host (`turns`)
    endpoint.EndpointHttp  exactly one origin the operator configured (a model server, a webhook): private is allowed,
                           redirects are not followed

Both return a `Response` for every status and raise `FetchError` for trouble on the way. `addresses` decides what is
public (pure), `exchange` speaks one request over one connection. Does not know what a feed is, keeps no cookies,
sends no Referer, reads no environment variable. Both classes may be used from many threads at once.
"""

from digest.http.addresses import AllowList, is_public
from digest.http.endpoint import EndpointHttp, split_endpoint
from digest.http.exchange import Response
from digest.http.public import PublicHttp

__all__ = ["AllowList", "EndpointHttp", "PublicHttp", "Response", "is_public", "split_endpoint"]
