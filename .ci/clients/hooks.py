"""What schemathesis cannot know: who asks, and what names and passwords may be."""

import base64
import os
import re
import subprocess
import uuid

import requests
import schemathesis
from hypothesis import strategies as st

WHO = os.environ["CLIENT_WHO"]
URL = os.environ["CLIENT_URL"]
NAME = {"user": "ursula", "admin": "ada"}.get(WHO)
PASSWORD = "correct horse battery"

# Where a page of each list may start.
STARTS = {"/users": "user:m", "/members": "member:7", "/user/{username}/sessions": f"session:{uuid.UUID(int=7)}"}

TAGS = re.compile(r'\*|"[!#-~]*"( ?, ?"[!#-~]*")*')

letters = st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789")
words = st.lists(letters, min_size=3, max_size=20).map("".join)
schemathesis.openapi.format("username", words.map(lambda word: f"u.{word}"))
schemathesis.openapi.format("password", words.map(lambda word: f"{word} and {word[::-1]} 7"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts what the server could have given in the place of any text, where a request is to be a good one."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "after" in (case.query or {}):
        case.query["after"] = base64.urlsafe_b64encode(STARTS[case.path].encode()).decode().rstrip("=")
    for name in ("If-Match", "If-None-Match"):
        if not TAGS.fullmatch(str((case.headers or {}).get(name, "*"))):
            case.headers[name] = '"none"'
    # Administrators alone give this name, and nobody is one for ever here.
    if isinstance(case.body, dict) and case.body.get("username") == "admin":
        case.body["username"] = "u.admin"


if WHO != "nobody":

    @schemathesis.auth(retry_on=[401])
    class Session:
        """A session of somebody with this role, who is made anew where a request has deleted or blocked him."""

        def get(self, case, context):
            for command in (
                ["create-user", NAME, "--role", WHO, "--password-stdin"],
                ["grant-role", NAME, WHO],
                ["unblock-user", NAME],
                ["set-password", NAME, "--password-stdin"],
            ):
                subprocess.run(
                    [os.environ["CLIENT_CLI"], *command],
                    input=f"{PASSWORD}\n".encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                    timeout=60,
                )
            answer = requests.post(f"{URL}/auth", json={"username": NAME, "password": PASSWORD}, timeout=30)
            answer.raise_for_status()
            return answer.json()["token"]

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
