use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::*;

fn parsed(raw: &str) -> Result<String, UsernameError> {
    Username::parse(raw).map(|name| name.as_str().to_owned())
}

#[test]
fn names_and_their_one_spelling() {
    for (raw, name) in [
        ("alice", "alice"),
        ("ALICE", "alice"),
        ("ａｌｉｃｅ", "alice"),
        ("Ａｌｉｃｅ＠Example．org", "alice@example.org"),
        ("a.b_c-d+e@f", "a.b_c-d+e@f"),
        ("_", "_"),
        ("...", "..."),
        ("4711", "4711"),
        ("mE2", "me2"),
        ("Straße", "straße"),
        ("Nguyễn", "nguyễn"),
        ("Nguye\u{302}\u{303}n", "nguyễn"),
        ("ÅSA", "åsa"),
        ("A\u{30a}SA", "åsa"),
        ("ŎĂ", "ŏă"),
        // Σ becomes σ wherever it stands, and ς is a letter of its own (RFC 8265, section 3.5).
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("Οδυσσεύς", "οδυσσεύς"),
        ("Ὀδυσσεύς", "ὀδυσσεύς"),
        ("İstanbul", "i\u{307}stanbul"),
        ("IĞDIR", "iğdir"),
        ("Мария", "мария"),
        ("გიორგი", "გიორგი"),
        ("山田太郎", "山田太郎"),
        ("山田タロー", "山田タロー"),
        ("ﾀﾛｰ", "タロー"),
        ("ﾊﾞ", "バ"),
        ("alice山田たろう", "alice山田たろう"),
        ("kim김철수", "kim김철수"),
        ("राहुल", "राहुल"),
        ("สมชาย", "สมชาย"),
        ("שלום", "שלום"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("محمد٤٢", "محمد٤٢"),
        ("އަހްމަދު", "އަހްމަދު"),
        ("ᏣᎳᎩ", "ꮳꮃꭹ"),
        ("\u{2b820}\u{30000}", "\u{2b820}\u{30000}"),
    ] {
        assert_eq!(parsed(raw).as_deref(), Ok(name), "{raw}");
    }
}

#[test]
fn texts_that_are_no_names() {
    use UsernameError as E;
    for (raw, error) in [
        ("", E::Empty),
        (".", E::Meaningful),
        ("..", E::Meaningful),
        ("Me", E::Meaningful),
        ("．．", E::Meaningful),
        ("alice smith", E::Character),
        (" alice", E::Character),
        ("al/ice", E::Character),
        ("al%ice", E::Character),
        ("al\\ice", E::Character),
        ("o'brien", E::Character),
        ("a\0b", E::Character),
        ("a\nb", E::Character),
        ("a\u{7f}", E::Character),
        ("a\u{ad}b", E::Character),
        ("a\u{200b}b", E::Character),
        ("a\u{200c}b", E::Character),
        ("क्\u{200d}ष", E::Character),
        ("a\u{202e}b", E::Character),
        ("a\u{fe0f}", E::Character),
        ("a\u{34f}b", E::Character),
        ("a\u{fffd}", E::Character),
        ("a\u{ffff}", E::Character),
        ("a\u{e000}", E::Character),
        ("a\u{378}", E::Character),
        ("\u{feff}alice", E::Character),
        ("🦀", E::Character),
        ("ﬁn", E::Character),
        ("x²", E::Character),
        ("Ⅷ", E::Character),
        ("l·l", E::Character),
        ("ー・ー", E::Character),
        ("〇", E::Character),
        ("\u{115f}", E::Character),
        ("\u{3164}", E::Character),
        ("\u{301}a", E::LeadingMark),
        ("\u{93f}", E::LeadingMark),
        ("p\u{430}ypal", E::MixedScripts),
        ("alicе", E::MixedScripts),
        ("αlice", E::MixedScripts),
        ("たろう김", E::MixedScripts),
        ("٤۴", E::MixedScripts),
        ("שaלום", E::MixedScripts),
        ("1שלום", E::Direction),
        ("שלום-", E::Direction),
        ("م٤2", E::Direction),
        ("_שלום", E::Direction),
    ] {
        assert_eq!(parsed(raw), Err(error), "{raw:?}");
    }
}

#[test]
fn limits_count_after_the_mapping() {
    assert!(parsed(&"a".repeat(128)).is_ok());
    assert_eq!(parsed(&"a".repeat(129)), Err(UsernameError::TooLong));
    assert!(parsed(&"Ａ".repeat(128)).is_ok(), "three bytes each before, one after");
    assert!(parsed(&"é".repeat(127)).is_ok());
    assert_eq!(parsed(&"é".repeat(128)), Err(UsernameError::TooLong), "256 bytes");
    assert!(parsed(&"ω\u{314}\u{342}\u{345}".repeat(85)).is_ok(), "680 bytes before, 255 after");
    assert_eq!(parsed(&"山".repeat(86)), Err(UsernameError::TooLong));
    assert_eq!(parsed(&"a\u{0}".repeat(1 << 20)), Err(UsernameError::TooLong));
    assert!(UsernamePrefix::map(&"a".repeat(128)).is_some());
    assert!(UsernamePrefix::map(&"a".repeat(129)).is_none());
}

#[test]
fn errors_say_what_to_do_and_keep_the_text_to_themselves() {
    let error = Username::parse("correct horse battery staple").unwrap_err();
    assert_eq!(error.to_string(), "must be made of letters, digits and the characters . _ - + @");
    assert!(!format!("{error:?}").contains("horse"));
    assert!(Username::parse("me").unwrap_err().to_string().starts_with("must not"));
}

#[test]
fn a_name_serialises_as_its_text() {
    let name = Username::parse("Alice").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"alice\"");
    assert_eq!(format!("{name}/{name:?}/{name:>7}"), "alice/\"alice\"/  alice");
    assert_eq!("ALICE".parse(), Ok(name.clone()));
    assert_eq!(Username::from_stored("alice"), name);
}

#[test]
fn prefixes() {
    for (raw, mapped, bound) in [
        ("", "", "\u{10ffff}"),
        ("Al", "al", "am"),
        ("ＡＬ", "al", "am"),
        ("me", "me", "mf"),
        (".", ".", "/"),
        ("z", "z", "{"),
        ("é", "é", "ê"),
        ("e\u{301}", "é", "ê"),
        ("\u{d7a3}", "\u{d7a3}", "\u{d7a4}"),
        ("שלום-", "שלום-", "שלום."),
        ("ΟΔΥΣ", "οδυσ", "οδυτ"),
    ] {
        let prefix = UsernamePrefix::map(raw).unwrap();
        assert_eq!((prefix.as_str(), prefix.upper_bound().as_str()), (mapped, bound), "{raw}");
    }
    for raw in [" ", "a b", "%", "\0", "\u{301}", "🦀", "a\u{200d}"] {
        assert_eq!(UsernamePrefix::map(raw), None, "{raw:?}");
    }
}

fn fullwidth(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap();
    text.chars().map(|c| if c.is_ascii_graphic() { wide(c) } else { c }).collect()
}

/// Letters whose capitals are single and come back to them, marks, digits, separators.
fn plain_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9._+@-]{3,20}",
        "[a-zäöüéàçñåø\u{301}\u{308}\u{323}0-9._-]{3,20}",
        "[а-яё0-9_]{3,20}",
        "[α-ρσ-ωάέήίόύώ_]{3,20}",
        "[一-俿ぁ-ゖァ-ヺa-z]{3,20}",
        "[가-힣一-俿a-z0-9]{3,20}",
        "[א-ת][א-ת\u{5b0}-\u{5b9}]{3,20}[א-ת]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(raw in any::<String>()) {
        let _ = Username::parse(&raw);
        let _ = UsernamePrefix::map(&raw).map(|prefix| prefix.upper_bound());
    }

    #[test]
    fn parsing_is_idempotent_and_within_limits(
        raw in prop_oneof![plain_name(), "\\PC{0,12}", "[\\p{L}\\p{M}\\p{Nd}]{1,6}", "[\\p{Latin}\\p{M}]{1,200}"],
    ) {
        if let Ok(name) = Username::parse(&raw) {
            prop_assert_eq!(Username::parse(name.as_str()), Ok(name.clone()));
            prop_assert!((1..=128).contains(&name.as_str().chars().count()));
            prop_assert!(name.as_str().len() <= 255);
            prop_assert!(name.as_str().nfc().eq(name.as_str().chars()));
        }
    }

    #[test]
    fn every_spelling_is_the_same_name(raw in plain_name()) {
        let name = Username::parse(&raw);
        if name.is_err() {
            return Ok(());
        }
        for spelling in [
            raw.to_uppercase(),
            raw.to_lowercase(),
            raw.nfc().collect(),
            fullwidth(&raw),
            fullwidth(&raw.to_uppercase()),
        ] {
            prop_assert_eq!(Username::parse(&spelling), name.clone(), "{}", spelling);
        }
        // Conjoining jamo are not in the IdentifierClass (RFC 8264, section 9.9).
        if !raw.contains(|c| ('가'..='힣').contains(&c)) {
            let decomposed: String = raw.nfd().collect();
            prop_assert_eq!(Username::parse(&decomposed), name, "{}", decomposed);
        }
    }

    #[test]
    fn a_name_starts_with_its_prefixes(raw in plain_name()) {
        let Ok(name) = Username::parse(&raw) else { return Ok(()) };
        for (cut, next) in raw.char_indices() {
            if is_combining_mark(next) {
                continue;
            }
            let prefix = UsernamePrefix::map(&raw[..cut]).unwrap();
            prop_assert!(name.as_str().starts_with(prefix.as_str()), "{} {}", name, prefix.as_str());
        }
    }

    #[test]
    fn a_range_is_the_names_with_a_prefix(raw in plain_name(), prefix in "[a-zа-я가-힣א-ת]{0,2}") {
        let Ok(name) = Username::parse(&raw) else { return Ok(()) };
        for start in [prefix, raw.chars().take(1).collect(), raw.chars().take(2).collect()] {
            let Some(prefix) = UsernamePrefix::map(&start) else { continue };
            let in_range = prefix.as_str() <= name.as_str() && *name.as_str() < *prefix.upper_bound();
            prop_assert_eq!(in_range, name.as_str().starts_with(prefix.as_str()), "{}", start);
        }
    }
}
