//! Private keys as they lie in the database.

use super::forge::KEYS;
use crate::jwt::SigningAlgorithm;
use crate::jwt::key::{KeyEncryptionKey, KeyError, SigningKey, is_sealed, open, seal};

fn key(text: &str) -> KeyEncryptionKey {
    KeyEncryptionKey::new(text).unwrap()
}

const RIGHT: &str = "yA3uQGkJ5mXv9c0pR7tWzL2nB8dFhE6s";

#[test]
fn a_sealed_key_is_opened_with_the_key_that_sealed_it() {
    for signing in [&KEYS.ed, &KEYS.es, &KEYS.rs] {
        for with in [None, Some(key(RIGHT))] {
            let sealed = signing.seal(with.as_ref()).unwrap();
            assert_eq!(is_sealed(&sealed), with.is_some());
            let opened = SigningKey::open(signing.kid(), signing.algorithm(), &sealed, with.as_ref()).unwrap();
            assert_eq!(opened.public(), signing.public());
            assert_eq!(opened.encoding().as_bytes(), signing.encoding().as_bytes());
        }
    }
}

#[test]
fn nothing_of_the_private_key_is_in_what_is_sealed() {
    let private = KEYS.ed.encoding().as_bytes();
    let sealed = KEYS.ed.seal(Some(&key(RIGHT))).unwrap();
    assert!(!sealed.windows(8).any(|window| private.windows(8).any(|part| part == window)));
    assert_ne!(sealed, KEYS.ed.seal(Some(&key(RIGHT))).unwrap(), "the nonce is new every time");
    assert_eq!(sealed.len(), 1 + 12 + private.len() + 16);
}

#[test]
fn any_other_way_to_open_it_is_refused() {
    let kid = KEYS.ed.kid();
    let algorithm = SigningAlgorithm::EdDsa;
    let sealed = KEYS.ed.seal(Some(&key(RIGHT))).unwrap();
    let refusal = |kid: &str, sealed: &[u8], with: Option<&KeyEncryptionKey>| {
        SigningKey::open(kid, algorithm, sealed, with).map(|_| ()).unwrap_err()
    };
    assert_eq!(refusal(kid, &sealed, None), KeyError::Sealed);
    assert!(KeyError::Sealed.to_string().contains("tokens.key_encryption_key"));
    assert_eq!(refusal(kid, &sealed, Some(&key(&RIGHT.to_lowercase()))), KeyError::WrongKeyEncryptionKey);
    // Under the name of another key it does not even open.
    assert_eq!(open(&sealed, "another", Some(&key(RIGHT))).unwrap_err(), KeyError::WrongKeyEncryptionKey);
    for at in 1..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(refusal(kid, &changed, Some(&key(RIGHT))), KeyError::WrongKeyEncryptionKey, "{at}");
    }
    for damaged in [&[][..], &[0], &[1], &[1, 2, 3], &[2, 0], &[0, 1, 2]] {
        assert_eq!(refusal(kid, damaged, Some(&key(RIGHT))), KeyError::Unusable, "{damaged:?}");
    }
    let plain = KEYS.stranger.seal(None).unwrap();
    assert_eq!(refusal(kid, &plain, None), KeyError::Unusable, "the key of another kid");
}

#[test]
fn a_short_key_encryption_key_is_refused() {
    assert_eq!(KeyEncryptionKey::new(&RIGHT[1..]).unwrap_err(), KeyError::WeakKeyEncryptionKey);
    assert!(KeyEncryptionKey::new(&"é".repeat(32)).is_ok());
    assert_eq!(format!("{:?}", key(RIGHT)), "KeyEncryptionKey(…)");
}

/// Made by another implementation of HKDF and AES-GCM.
#[test]
fn what_was_sealed_elsewhere_by_the_documented_rule_opens() {
    let sealed = [
        1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 235, 101, 106, 12, 1, 38, 39, 146, 87, 245, 121, 234, 159, 110, 19,
        172, 21, 31, 109, 176, 62, 38, 47,
    ];
    assert_eq!(open(&sealed, "kid", Some(&key(RIGHT))).unwrap().as_slice(), b"private");
    assert_eq!(open(&seal(b"private", "kid", None).unwrap(), "kid", Some(&key(RIGHT))).unwrap().as_slice(), b"private");
}
