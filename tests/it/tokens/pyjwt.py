"""Verifies access tokens as a client does that knows nothing of the store but where its keys are.

Arguments: the address of the key set, the algorithm, issuer and audience. Reads a token a line, and writes a line for
each: how many times the keys were fetched so far, and the subject, or what is wrong.
"""

import sys

import jwt


class Keys(jwt.PyJWKClient):
    """The published keys, which are fetched when they are older than 300 seconds or a token names another."""

    fetches = 0

    def fetch_data(self):
        self.fetches += 1
        return super().fetch_data()


def main(address, algorithm, issuer, audience):
    keys = Keys(address)
    for line in sys.stdin:
        token = line.strip()
        try:
            key = keys.get_signing_key_from_jwt(token).key
            required = {"require": ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"]}
            claims = jwt.decode(token, key, algorithms=[algorithm], issuer=issuer, audience=audience, options=required)
            said = "good " + claims["sub"]
        except jwt.PyJWTError as error:
            said = "bad " + type(error).__name__
        print(keys.fetches, said, flush=True)


main(*sys.argv[1:])
