//! Every setting: its name, its default, and what it means.

use super::key::Preset::{Is, Nothing, Told};
use super::key::{Key, Kind, Preset};

/// Every setting but `[[issuers]]`, in the order of [`Settings`](super::Settings).
pub(super) const KEYS: &[Key] = &[
    key(
        ("server", "host"),
        Kind::Text,
        Is("127.0.0.1"),
        "the address to listen on; the default is reached from this machine alone",
    )
    .known_as("HOST"),
    key(("server", "port"), Kind::Number, Is("8000"), "the port to listen on; `0` takes a free one").known_as("PORT"),
    key(("server", "workers"), Kind::Number, Told("one for each core"), "threads that serve requests"),
    key(
        ("server", "max_connections"),
        Kind::Number,
        Is("10000"),
        "connections that are open at the same time; one more closes the one that has done nothing for \
         longest, and waits where all are at work. Each needs a file descriptor",
    ),
    key(
        ("server", "header_timeout"),
        Kind::Text,
        Is("10s"),
        "how long a client may take to send the head of a request; then its connection is closed",
    ),
    key(
        ("server", "body_timeout"),
        Kind::Text,
        Is("30s"),
        "how long a client may take to send the body of a request; then the request is refused",
    ),
    key(("server", "idle_timeout"), Kind::Text, Is("50s"), "how long a connection stays open that brings no request"),
    key(
        ("server", "trusted_proxies"),
        Kind::List,
        Is(""),
        "proxies in front of the server, as addresses and networks such as `10.0.0.0/8`: what they say in \
         `X-Forwarded-For`, or else in `Forwarded`, is [believed](limits.md#behind-a-proxy)",
    ),
    key(
        ("server", "cors_origins"),
        Kind::List,
        Is(""),
        "the origins whose web pages may use the REST API from a browser (CORS), as browsers write them: \
         `https://app.example.org`, without a path or a slash at the end; `*` is not taken",
    ),
    key(
        ("server", "docs"),
        Kind::Switch,
        Is("true"),
        "whether `/openapi.json`, which describes the REST API, and `/docs`, the page that shows it, are \
         served",
    ),
    key(
        ("server", "shutdown_grace"),
        Kind::Text,
        Is("15s"),
        "how long running requests may take to finish once the server was told to stop",
    ),
    key(
        ("server", "tls_cert"),
        Kind::Text,
        Nothing,
        "the certificate to serve HTTPS with, followed by those that vouch for it: a PEM file, which is read \
         again when it changes",
    ),
    key(("server", "tls_key"), Kind::Text, Nothing, "its private key, in a PEM file that nobody else can read"),
    key(
        ("database", "url"),
        Kind::Secret,
        Is("sqlite://userstore.db?mode=rwc"),
        "the database: `sqlite://FILE` (`mode=rwc` makes the file when it is not there), \
         `postgres://USER:PASSWORD@HOST/NAME`, `mysql://USER:PASSWORD@HOST/NAME`; over TLS with \
         `?sslmode=verify-full&sslrootcert=FILE` and `?ssl-mode=VERIFY_IDENTITY&ssl-ca=FILE`",
    )
    .known_as("DATABASE_URL"),
    key(
        ("database", "max_connections"),
        Kind::Number,
        Is("8"),
        "connections of one server at the same time; on SQLite, those that read",
    ),
    key(("database", "timeout"), Kind::Text, Is("5s"), "the longest that an operation waits for the database"),
    key(
        ("redis", "url"),
        Kind::Secret,
        Nothing,
        "Redis: `redis://HOST`, or over TLS `rediss://HOST`, with `USER:PASSWORD@` before the host and \
         `/NUMBER` of the database after it where there are any",
    )
    .known_as("REDIS_URL"),
    key(("redis", "timeout"), Kind::Text, Is("1s"), "the longest that an operation waits for Redis, or for Memcached"),
    key(
        ("sessions", "store"),
        Kind::Text,
        Is("auto"),
        "where sessions are kept: `database`, `redis`, or `auto`: in Redis where it is configured, else in \
         the database",
    ),
    key(("sessions", "ttl"), Kind::Text, Is("24h"), "how long a session lasts, however much it is used"),
    key(
        ("sessions", "max_per_user"),
        Kind::Number,
        Is("100"),
        "sessions of one user, 1 to 1000; one more ends the oldest",
    ),
    key(
        ("cache", "kind"),
        Kind::Text,
        Is("auto"),
        "where users, members and what is known of keys are remembered: `off`, `local` (in the process, for \
         one server), `redis`, `memcached`, or `auto`: in Redis where it is configured, `local` on SQLite, \
         else `off`",
    ),
    key(
        ("cache", "memcached_url"),
        Kind::Secret,
        Nothing,
        "Memcached, 1.6 or newer, for the kind `memcached`: `memcache://HOST:11211`",
    ),
    key(
        ("cache", "ttl"),
        Kind::Text,
        Is("5m"),
        "the longest that anything is remembered without a look at the database",
    ),
    key(
        ("signup", "mode"),
        Kind::Text,
        Is("open"),
        "who may create an account: anyone (`open`) or administrators (`closed`)",
    ),
    key(
        ("passwords", "min_length"),
        Kind::Number,
        Is("8"),
        "the fewest characters of a new password, 8 to 256; NIST asks for 15 where nothing but a password \
         protects",
    ),
    key(("passwords", "memory_kib"), Kind::Number, Is("19456"), "memory of one argon2id hash, in KiB"),
    key(
        ("passwords", "iterations"),
        Kind::Number,
        Is("2"),
        "passes of one hash; with `memory_kib` not below OWASP's minimum",
    ),
    key(("passwords", "parallelism"), Kind::Number, Is("1"), "lanes of one hash"),
    key(("passwords", "max_concurrent"), Kind::Number, Told("one for each core"), "passwords hashed at the same time"),
    key(("passwords", "max_queue"), Kind::Number, Is("64"), "passwords that wait for that; one more is answered 503"),
    key(
        ("passwords", "pepper"),
        Kind::Secret,
        Nothing,
        "a secret that every hash needs besides the password, 16 characters or longer; once set it has to \
         stay, for the hashes made with it need it",
    ),
    key(
        ("tokens", "issuer"),
        Kind::Text,
        Is("userstore"),
        "what access tokens have as `iss`; the address of the service, where others verify them",
    ),
    key(("tokens", "audience"), Kind::Text, Is("userstore"), "what they have as `aud`"),
    key(("tokens", "ttl"), Kind::Text, Is("15m"), "how long a token of `POST /login` lives, 24 hours at most"),
    key(
        ("tokens", "algorithm"),
        Kind::Text,
        Is("EdDSA"),
        "what keys that are made from now on sign with: `EdDSA`, `ES256`, `RS256`",
    ),
    key(
        ("tokens", "rotate_every"),
        Kind::Text,
        Told("never"),
        "makes the next signing key when the active one has signed for so long, an hour at least",
    ),
    key(
        ("tokens", "key_encryption_key"),
        Kind::Secret,
        Nothing,
        "a secret of 32 characters or more that the private keys are encrypted with in the database",
    ),
    key(("limits", "enabled"), Kind::Switch, Is("true"), "whether there are [limits](limits.md)"),
    key(
        ("limits", "sign_in_per_account"),
        Kind::Text,
        Is("10/m"),
        "wrong passwords on one account: so many at once, and as many again in each second (`s`), minute (`m`), \
         hour (`h`) or day (`d`)",
    ),
    key(
        ("limits", "sign_in_per_ip"),
        Kind::Text,
        Is("60/m"),
        "wrong passwords from one address, of IPv6 from one network of 64 bits",
    ),
    key(("limits", "sign_up_per_ip"), Kind::Text, Is("30/h"), "accounts that are created from one address"),
    key(
        ("audit", "retention"),
        Kind::Text,
        Is("365days"),
        "how long an entry of the [audit log](audit.md) is kept, an hour at least, or `forever`",
    ),
    key(
        ("metrics", "allow"),
        Kind::List,
        Is(""),
        "the networks that `GET /metrics` is answered to besides this machine: addresses, and networks such as \
         `10.0.0.0/8`; see [metrics](observability.md)",
    ),
    key(
        ("log", "level"),
        Kind::Text,
        Is("info"),
        "`off`, `error`, `warn`, `info` (one line for each request), `debug`, `trace`",
    ),
    key(
        ("log", "format"),
        Kind::Text,
        Told("`text` on a terminal, else `json`"),
        "the form of the log on standard error",
    ),
];

const fn key((section, name): (&'static str, &'static str), kind: Kind, default: Preset, about: &'static str) -> Key {
    Key { section, name, kind, alias: None, default, about }
}
