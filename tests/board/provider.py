"""An OpenID provider as a government would run it, behind a real HTTP server; it holds clients to PKCE, and each code is good once."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from typing_extensions import override

CLIENT, SECRET = "pacta pages", "a secret: with signs+in it"


class OpenIdProvider:
    """Signs in whoever comes as `subject`; `others` replaces claims of its ID tokens."""

    def __init__(self) -> None:
        self.begin()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keys = {"keys": [outer.key.as_dict(private=False)]}
                asked = urlsplit(self.path)
                if asked.path != "/authorize":
                    self._send(200, keys)
                    return
                self.send_response(302)
                self.send_header("Location", outer.authorized(dict(parse_qsl(asked.query))))
                self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
                self._send(*outer.exchanged(form, self.headers.get("Authorization", "")))

            def _send(self, status: int, content: object) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            @override
            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def begin(self) -> None:
        """Be as on the first day, for the next test: at another address the routes of a register would be other ones."""
        self.key = ECKey.generate_key("P-256", {"kid": "only"})
        self.subject = "official-1"
        self.others: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.given = 0
        self.exchanges: list[dict[str, str]] = []

    def trusted(self, party: str, secret_file: str) -> dict[str, Any]:
        """Return what the operator's file says of it."""
        return {
            "issuer": self.url,
            "party": party,
            "audience": "https://pacta.test",
            "jwks_uri": f"{self.url}/keys",
            "algorithms": ["ES256"],
            "authorization_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "client_id": CLIENT,
            "client_secret_file": secret_file,
        }

    def authorized(self, asked: dict[str, str]) -> str:
        """Return where a reader is sent once it has signed in here."""
        self.given += 1
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{self.given}"
        self.codes[code] = asked
        told = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return the answer of the token endpoint (RFC 6749, 4.1.4; RFC 7636, 4.6)."""
        self.exchanges.append(form)
        asked = self.codes.pop(form["code"], None)
        pair = "pacta%20pages:a%20secret%3A%20with%20signs%2Bin%20it"
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            authorization == f"Basic {base64.b64encode(pair.encode()).decode()}"
            and asked is not None
            and challenge == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
        )
        if not is_right or asked is None:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "not for us", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        """Return the ID token for `subject`."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 60, "nonce": nonce}
        header = {"alg": "ES256", "kid": "only", "typ": "JWT"}
        return jwt.encode(header, claims | self.others, self.key, algorithms=["ES256"])

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
