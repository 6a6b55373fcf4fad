"""A client that is generated from the document: it signs up, signs in and reads."""

import importlib
import os
import pkgutil

import userstore_client
from userstore_client import AuthenticatedClient, Client
from userstore_client.api.access_tokens import get_keys
from userstore_client.api.accounts import get_user, sign_up
from userstore_client.api.administration import list_users
from userstore_client.api.sessions import list_sessions, sign_in, sign_out
from userstore_client.models import Credentials, Problem, SessionPage, SignedIn, SignUp, User

for module in pkgutil.walk_packages(userstore_client.__path__, "userstore_client."):
    importlib.import_module(module.name)

url = os.environ["CLIENT_URL"]
password = "correct horse battery"
anyone = Client(base_url=url)

user = sign_up.sync(client=anyone, body=SignUp(username="python", password=password))
assert isinstance(user, User), user
session = sign_in.sync(client=anyone, body=Credentials(username="python", password=password))
assert isinstance(session, SignedIn) and session.user.id == user.id, session

me = AuthenticatedClient(base_url=url, token=session.token)
read = get_user.sync(client=me, username="me")
assert isinstance(read, User) and read.username == "python", read
sessions = list_sessions.sync(client=me, username="me", limit=1)
assert isinstance(sessions, SessionPage) and sessions.items[0].current and sessions.next_ is None, sessions
refused = list_users.sync(client=me)
assert isinstance(refused, Problem) and refused.code == "forbidden", refused
assert len(get_keys.sync(client=anyone).keys) == 1
assert sign_out.sync_detailed(client=me).status_code == 204
print("the Python client works")
