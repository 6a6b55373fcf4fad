use super::*;
use crate::model::password::Password;

const CHEAP: HashParams = HashParams { memory_kib: 64, iterations: 2, parallelism: 1 };
const SALT: Salt = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const MATCH: Result<Verdict, HashError> = Ok(Verdict::Match { needs_rehash: false });
const STALE: Result<Verdict, HashError> = Ok(Verdict::Match { needs_rehash: true });

fn password(text: &str) -> Prepared {
    Prepared::of(&Password::new(text)).unwrap()
}

fn hasher(params: HashParams, pepper: &str) -> Hasher {
    Hasher::unchecked(params, Pepper::new(pepper))
}

fn hash(hasher: &Hasher, text: &str) -> String {
    hasher.hash(&password(text), SALT, &mut Memory::default()).unwrap()
}

fn verify(hasher: &Hasher, text: &str, phc: &str) -> Result<Verdict, HashError> {
    hasher.verify(&password(text), phc, &mut Memory::default())
}

/// Vectors that the reference implementation in C gave.
#[test]
fn hashes_are_those_of_the_reference() {
    let phrase = "correct horse battery staple";
    assert_eq!(
        hash(&hasher(CHEAP, ""), phrase),
        "$argon2id$v=19$m=64,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$LfR+3mNY7Repl21PztuJehADbUMqSs7xfSY7/Ji9IKw"
    );
    assert_eq!(
        hash(&hasher(CHEAP, "a pepper of the reference"), phrase),
        "$argon2id$v=19$m=64,t=2,p=1,keyid=H6FwnHjnKAk$AAECAwQFBgcICQoLDA0ODw$\
         PBXMqjWr5bvjfhMfZPgO8CXHMn221WDfbG/pX+JoFYw"
    );
    let lanes = HashParams { memory_kib: 128, iterations: 3, parallelism: 4 };
    assert_eq!(
        hash(&hasher(lanes, "a pepper of the reference"), phrase),
        "$argon2id$v=19$m=128,t=3,p=4,keyid=H6FwnHjnKAk$AAECAwQFBgcICQoLDA0ODw$\
         G0kRnm6piRywzM7xuNkDGzV1h7ATv37ygtgW8RdabFE"
    );
    // From the tests of the reference implementation.
    for phc in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert_eq!(verify(&hasher(CHEAP, ""), "password", phc), STALE);
        assert_eq!(verify(&hasher(CHEAP, ""), "sassword", phc), Ok(Verdict::Mismatch));
    }
}

#[test]
fn a_hash_is_of_one_password() {
    let hasher = hasher(CHEAP, "");
    let phc = hash(&hasher, "Caf\u{e9} au lait");
    assert_eq!(verify(&hasher, "Cafe\u{301}\u{a0}au lait", &phc), MATCH);
    assert_eq!(verify(&hasher, "caf\u{e9} au lait", &phc), Ok(Verdict::Mismatch));
    assert_eq!(verify(&hasher, "Caf\u{e9} au lai", &phc), Ok(Verdict::Mismatch));
}

#[test]
fn other_settings_ask_for_a_new_hash() {
    let phc = hash(&hasher(CHEAP, ""), "correct horse");
    for params in [
        HashParams { memory_kib: 65, ..CHEAP },
        HashParams { memory_kib: 32, ..CHEAP },
        HashParams { iterations: 3, ..CHEAP },
        HashParams { parallelism: 2, ..CHEAP },
    ] {
        assert_eq!(verify(&hasher(params, ""), "correct horse", &phc), STALE);
        assert_eq!(verify(&hasher(params, ""), "wrong horse", &phc), Ok(Verdict::Mismatch));
    }
}

#[test]
fn a_pepper_comes_and_goes() {
    let (plain, ours, theirs) = (hasher(CHEAP, ""), hasher(CHEAP, "ours"), hasher(CHEAP, "theirs"));
    let without = hash(&plain, "correct horse");
    let with = hash(&ours, "correct horse");
    assert_eq!(verify(&ours, "correct horse", &with), MATCH);
    assert_eq!(verify(&ours, "wrong horse", &with), Ok(Verdict::Mismatch));
    assert_eq!(verify(&ours, "correct horse", &without), STALE, "hashed before there was a pepper");
    let unknown = Err(HashError::Stored(PhcError::UnknownPepper));
    assert_eq!(verify(&theirs, "correct horse", &with), unknown);
    assert_eq!(verify(&plain, "correct horse", &with), unknown);
    let (head, rest) = with.split_once(",keyid=").unwrap();
    let stripped = format!("{head}{}", rest.trim_start_matches(|c| c != '$'));
    assert_eq!(verify(&ours, "correct horse", &stripped), Ok(Verdict::Mismatch), "the pepper is in the hash");
}

#[test]
fn a_stored_hash_cannot_ask_for_the_absurd() {
    let mut memory = Memory::default();
    for (params, error) in [
        ("m=4194305,t=1,p=1", PhcError::TooCostly),
        ("m=8,t=4000000000,p=1", PhcError::TooCostly),
        ("m=8,t=1,p=2", PhcError::Malformed),
        ("m=7,t=1,p=1", PhcError::Malformed),
    ] {
        let phc = format!("$argon2id$v=19${params}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
        let answer = hasher(CHEAP, "").verify(&password("x"), &phc, &mut memory);
        assert_eq!(answer, Err(HashError::Stored(error)), "{params}");
    }
    assert_eq!(memory.capacity(), 0);
}

#[test]
fn memory_is_reused_and_given_back() {
    let hasher = hasher(CHEAP, "");
    let mut memory = Memory::default();
    let big = hash(&self::hasher(HashParams { memory_kib: 1024, ..CHEAP }, ""), "x");
    let small = hasher.hash(&password("x"), SALT, &mut memory).unwrap();
    assert_eq!(memory.capacity(), 64);
    assert_eq!(hasher.verify(&password("x"), &big, &mut memory), STALE);
    assert_eq!(memory.capacity(), 64);
    assert_eq!(hasher.verify(&password("x"), &small, &mut memory), MATCH, "what the blocks held makes no difference");
    assert_eq!(hasher.verify_nobody(None, &mut memory), Ok(Verdict::Mismatch));
    assert_eq!(hasher.verify_nobody(Some(&password("x")), &mut memory), Ok(Verdict::Mismatch));
}

#[test]
fn settings_are_checked() {
    assert!(Hasher::new(CHEAP, None).is_err());
    assert!(Hasher::new(HashParams::default(), Pepper::new("ours")).is_ok());
}
