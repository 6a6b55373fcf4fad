//! A verifier that nobody here wrote accepts the tokens with the published keys, across rotations: `PyJWT`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tests::{Cli, Persona, ServerProcess};

use super::kid;

/// `pyjwt.py`, at work.
struct Verifier {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Verifier {
    fn start(server: &ServerProcess, algorithm: &str) -> Self {
        let Some(python) = option_env!("PYTHON_WITH_PYJWT") else {
            panic!("there is no python3 on the path with PyJWT and cryptography");
        };
        let keys = format!("http://{}/.well-known/jwks.json", server.client().address());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/it/tokens/pyjwt.py");
        let mut command = Command::new(python);
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.args([script, &keys, algorithm, "userstore", "userstore"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    /// How many times it has fetched the keys, and what it says of this token.
    fn verify(&mut self, token: &str) -> (u32, String) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{token}").unwrap();
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        let (fetches, verdict) = line.trim().split_once(' ').expect("a line for each token");
        (fetches.parse().unwrap(), verdict.to_owned())
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A token by another key than the one of this token: what another process does to the keys, a server sees within
/// 100 ms.
#[track_caller]
fn by_a_later_key(alice: &Persona, before: &Persona) -> Persona {
    let start = Instant::now();
    loop {
        let started = start.elapsed();
        let token = alice.logged_in();
        if kid(token.token()) != kid(before.token()) {
            return token;
        }
        assert!(started < Duration::from_millis(100), "no other key signs");
    }
}

#[test]
#[cfg_attr(not(has_pyjwt), ignore = "needs python3 with PyJWT and cryptography")]
fn pyjwt_verifies_every_token_across_rotations_and_fetches_the_keys_no_more_than_it_has_to() {
    for algorithm in ["EdDSA", "ES256", "RS256"] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("users.db");
        let server = ServerProcess::with(&database, [("USERSTORE_TOKENS_ALGORITHM", algorithm)]);
        let cli = |arguments: &[&str]| {
            let mut command = Cli::new(&database).command(arguments);
            let ended = command.env("USERSTORE_TOKENS_ALGORITHM", algorithm).assert().success();
            String::from_utf8(ended.get_output().stdout.clone()).unwrap()
        };
        let alice = Persona::named(server.client(), "alice");
        let good = format!("good {}", alice.sign_up().is(201).str_at("/id"));
        let mut verifier = Verifier::start(&server, algorithm);

        // The next key is published before it signs: the set that was fetched then is enough for long after.
        cli(&["rotate-keys"]);
        let first = alice.logged_in();
        assert_eq!(verifier.verify(first.token()), (1, good.clone()), "{algorithm}");
        cli(&["rotate-keys", "--now"]);
        let second = by_a_later_key(&alice, &first);
        for token in [&second, &first, &alice.logged_in()] {
            assert_eq!(verifier.verify(token.token()), (1, good.clone()), "{algorithm}, with the keys it had");
        }

        // Where a key signs at once, whoever asks again for a key that is not known finds it.
        let mut newest = second.clone();
        for round in 2..5 {
            cli(&["rotate-keys", "--now"]);
            newest = by_a_later_key(&alice, &newest);
            for token in [&newest, &first, &second] {
                assert_eq!(verifier.verify(token.token()), (round, good.clone()), "{algorithm}");
            }
        }
        let minted = cli(&["mint-jwt", "--service", "reports", "--scope", "members:read"]);
        assert_eq!(verifier.verify(minted.trim()).1, "good service:reports");

        // And it does look at what it is given.
        let expired = cli(&["mint-jwt", "alice", "--expired"]);
        assert_eq!(verifier.verify(expired.trim()).1, "bad ExpiredSignatureError");
        let elsewhere = cli(&["mint-jwt", "alice", "--audience", "elsewhere"]);
        assert_eq!(verifier.verify(elsewhere.trim()).1, "bad InvalidAudienceError");
        let stranger = cli(&["mint-jwt", "alice", "--unknown-key"]);
        assert_eq!(verifier.verify(stranger.trim()).1, "bad PyJWKClientError");
    }
}
