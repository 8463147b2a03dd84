"""A small OpenID Connect provider on 127.0.0.1, for tests: a real code flow over HTTP.

It signs with a key of its own (RS256), demands PKCE (S256) and the client's secret, and
gives each code once. What it tells of the person, and what it does wrong, tests set.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "clinicity", "a secret between two servers"


class Provider:
    """`claims` are told of the person; `wrong` replaces claims of the id_token."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key = self.key
        self.claims: dict[str, Any] = {"sub": "subject-1"}
        self.wrong: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *args: object) -> None:
                """Tests print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        if parts.path == "/.well-known/openid-configuration":
            self._tell(request, self._configuration())
        elif parts.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            self._tell(request, {"keys": [key | {"kid": "1", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            self._authorize(request, {k: v[0] for k, v in parse_qs(parts.query).items()})
        else:
            self._tell(request, {"error": "not_found"}, 404)

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        good = (
            asked
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == form.get("redirect_uri")
            and (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        )
        if not asked or not good:
            self._tell(request, {"error": "invalid_grant"}, 400)
            return
        token = {"access_token": "unused", "token_type": "Bearer", "id_token": self._id(asked)}
        self._tell(request, token)

    def _authorize(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        request.send_response(302)
        request.send_header("Location", f"{asked['redirect_uri']}?{query}")
        request.end_headers()

    def _id(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.base, "aud": CLIENT, "iat": now, "exp": now + 60,
            "nonce": asked["nonce"],
        }  # fmt: skip
        told = claims | self.claims | self.wrong
        return jwt.encode(told, self.signing_key, "RS256", headers={"kid": "1"})

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _tell(
        self, request: BaseHTTPRequestHandler, told: dict[str, Any], status: int = 200
    ) -> None:
        body = json.dumps(told).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
