//! How often an issuer's keys are fetched, and how long they are kept.

use std::time::Duration;

use super::endpoint::{Answer, Endpoint, answer, keys, token};
use super::forge::{KEYS, NOW, header, sign};
use crate::jwt::TokenError::{Expired, KeysUnavailable, UnknownKey};

/// Sends this many tokens of the stranger at once, each of which is refused.
async fn flood(issuers: &crate::jwt::Issuers, count: usize, now: crate::Timestamp) {
    let token = token(&KEYS.stranger);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..count {
        let (issuers, token) = (issuers.clone(), token.clone());
        tasks.spawn(async move { issuers.verify(&token, now).await });
    }
    for verified in tasks.join_all().await {
        assert!(matches!(verified, Err(UnknownKey | KeysUnavailable)), "{verified:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_unknown_keys_cause_two_fetches_a_minute_at_most() {
    for (name, answer) in [
        ("good", keys(&[&KEYS.ed])),
        ("failing", answer("500 Internal Server Error", "", "")),
        ("empty", answer("200 OK", "", r#"{"keys":[]}"#)),
        ("hanging up", Answer::Bytes(Vec::new())),
    ] {
        let endpoint = Endpoint::new(answer).await;
        let issuers = endpoint.issuers();
        for minute in 0_u64..3 {
            let before = endpoint.hits();
            let begins = NOW.plus(Duration::from_mins(minute));
            for second in [0, 0, 1, 20, 59] {
                flood(&issuers, 200, begins.plus(Duration::from_secs(second))).await;
            }
            let caused = endpoint.hits() - before;
            assert!((1..=2).contains(&caused), "{name}: {caused} in minute {minute}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_come_at_once_share_one_fetch() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (issuers, token) = (issuers.clone(), token(&KEYS.ed));
        tasks.spawn(async move { issuers.verify(&token, NOW).await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(endpoint.hits(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_anyway_fetches_nothing() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    let claims = serde_json::json!({"iss": "https://a.example", "sub": "x", "aud": "members", "exp": 1});
    assert_eq!(issuers.verify(&sign(&header(&KEYS.ed), &claims, &KEYS.ed), NOW).await, Err(Expired));
    assert_eq!(endpoint.hits(), 0);
}

#[tokio::test]
async fn a_new_key_is_found_when_the_first_token_of_it_comes() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    assert!(issuers.verify(&token(&KEYS.ed), NOW).await.is_ok());
    endpoint.answer_with(keys(&[&KEYS.ed, &KEYS.es]));
    assert!(issuers.verify(&token(&KEYS.es), NOW).await.is_ok());
    // And one that is withdrawn is gone with the next fetch.
    endpoint.answer_with(keys(&[&KEYS.es]));
    issuers.refresh(NOW.plus(Duration::from_mins(5))).await;
    assert_eq!(issuers.verify(&token(&KEYS.ed), NOW).await, Err(UnknownKey));
}

#[tokio::test]
async fn good_keys_are_kept_for_24_hours_by_an_endpoint_that_is_down_or_empty() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    issuers.refresh(NOW).await;
    let claims = serde_json::json!({
        "iss": "https://a.example", "sub": "x", "aud": "members", "exp": super::forge::NOW_SECONDS + 30 * 3600,
    });
    let long = sign(&header(&KEYS.ed), &claims, &KEYS.ed);
    let almost = NOW.plus(Duration::from_hours(24) - Duration::from_secs(1));
    for bad in [answer("500 Internal Server Error", "", ""), answer("200 OK", "", r#"{"keys":[]}"#)] {
        endpoint.answer_with(bad);
        issuers.refresh(NOW.plus(Duration::from_hours(23))).await;
        assert!(issuers.verify(&long, almost).await.is_ok());
    }
    assert_eq!(issuers.verify(&long, NOW.plus(Duration::from_hours(24))).await, Err(KeysUnavailable));
    endpoint.answer_with(keys(&[&KEYS.ed]));
    issuers.refresh(NOW.plus(Duration::from_hours(24))).await;
    assert!(issuers.verify(&long, NOW.plus(Duration::from_hours(24))).await.is_ok());
}

#[tokio::test]
async fn the_background_fetches_what_is_older_than_5_minutes_and_takes_no_turn_of_the_tokens() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    for (seconds, hits) in [(0, 1), (30, 1), (299, 1), (300, 2), (310, 2)] {
        issuers.refresh(NOW.plus(Duration::from_secs(seconds))).await;
        assert_eq!(endpoint.hits(), hits, "after {seconds} s");
    }
    endpoint.answer_with(keys(&[&KEYS.es]));
    assert!(issuers.verify(&token(&KEYS.es), NOW.plus(Duration::from_secs(311))).await.is_ok());
    assert_eq!(endpoint.hits(), 3);
}

#[tokio::test]
async fn a_clock_that_goes_back_stops_no_fetch() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    flood(&issuers, 10, NOW.plus(Duration::from_hours(2))).await;
    flood(&issuers, 10, NOW.plus(Duration::from_hours(2))).await;
    endpoint.answer_with(keys(&[&KEYS.es]));
    assert!(issuers.verify(&token(&KEYS.es), NOW).await.is_ok());
}

#[tokio::test]
async fn a_client_that_hangs_up_spoils_no_fetch() {
    let endpoint = Endpoint::new(keys(&[&KEYS.ed])).await;
    let issuers = endpoint.issuers();
    {
        let token = token(&KEYS.ed);
        let mut verifying = std::pin::pin!(issuers.verify(&token, NOW));
        let waker = std::task::Waker::noop();
        assert!(verifying.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    }
    // It goes on without whoever asked for it, and the next token has what it brought.
    while endpoint.hits() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(issuers.verify(&token(&KEYS.ed), NOW).await.is_ok());
    assert_eq!(endpoint.hits(), 1);
}

#[tokio::test]
async fn issuers_keep_their_keys_apart() {
    use crate::jwt::{IssuerSettings, Issuers};
    let (here, there) = (Endpoint::new(keys(&[&KEYS.ed])).await, Endpoint::new(keys(&[&KEYS.es])).await);
    let of = |issuer: &str, endpoint: &Endpoint| IssuerSettings {
        jwks_url: Some(endpoint.url.clone()),
        ..IssuerSettings::new(issuer, "members")
    };
    let issuers = Issuers::new(vec![of("https://a.example", &here), of("https://b.example", &there)]).unwrap();
    issuers.refresh(NOW).await;
    assert!(issuers.verify(&token(&KEYS.ed), NOW).await.is_ok());
    assert_eq!(issuers.verify(&token(&KEYS.es), NOW).await, Err(UnknownKey));
    assert_eq!((here.hits(), there.hits()), (2, 1));
}
