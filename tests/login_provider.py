"""A login provider of our own for tests: OpenID Connect, as far as a login and a logout need it, on loopback."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID: Final = "formcheck"
CLIENT_SECRET: Final = "the secret of a test"
_STARTS_WITHIN_S: Final = 120.0
_LASTS_S: Final = 3600


class LoginProvider:
    """Logs everybody in as whoever `user` says, at once and without a question.

    Parameters
    ----------
    port
        Of loopback, where it is served.
    """

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.user: dict[str, object] = {}
        """Claims of whoever sits before the browser."""
        self.logged_out = 0
        """How often somebody was sent here to log out."""
        self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "test"}, auto_kid=False)
        self._nonces: dict[str, str] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/end-session", self._end_session),
            ]
        )

    def secrets_toml(self, app_address: str) -> str:
        """Return what stands in `secrets.toml` of an app that uses this provider."""
        section = {
            "redirect_uri": f"{app_address}/oauth2callback",
            "cookie_secret": secrets.token_hex(32),
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "server_metadata_url": f"{self.issuer}/.well-known/openid-configuration",
        }
        return "[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in section.items())

    def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/end-session",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        assert asked["client_id"] == CLIENT_ID
        code = secrets.token_urlsafe(16)
        self._nonces[code] = asked["nonce"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": str(self.user.get("email")),
            "iat": now,
            "exp": now + _LASTS_S,
            "nonce": self._nonces.pop(str(form["code"])),
            **self.user,
        }
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self._key)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(16),
                "token_type": "Bearer",
                "expires_in": _LASTS_S,
                "id_token": token,
            }
        )

    def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _end_session(self, request: Request) -> Response:
        self.logged_out += 1
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def login_provider() -> Iterator[LoginProvider]:
    """Serve a login provider while the block runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider = LoginProvider(listening.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(provider.app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + _STARTS_WITHIN_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        assert server.started, "the login provider did not start"
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(_STARTS_WITHIN_S)
