//! Authenticated reads, of the own account by session and of a member by access token, against a bare Rocket route that
//! answers with the same JSON to the same requests.

use std::thread::sleep;
use std::time::{Duration, Instant};

use tests::servers::Redis;
use userstore_core::Settings;
use userstore_core::config::Secret;

use crate::Result;
use crate::bare::{Account, Member};
use crate::people::{self, sign_up};
use crate::report::{Report, Target};
use crate::server::{STORE_THREADS, Server};
use crate::spin::Spin;
use crate::statistics::{median, per_second};
use crate::{bare, cpu};

const CONNECTIONS: usize = 32;
/// Several short rounds, in turn: what else the machine does meanwhile, it does to both.
const ROUND: Duration = Duration::from_millis(400);
/// Before each round, so that connections are open and caches are warm.
const WARM_UP: Duration = Duration::from_millis(100);
/// The share of the time in which a server's thread has to work, lest the client be the limit.
const SATURATED: f64 = 0.95;

/// What is read.
struct Kind {
    /// The measurement's name.
    name: &'static str,
    route: &'static str,
    target: Target,
}

const ACCOUNT: Kind = Kind { name: "reads", route: "GET /user/me", target: Target::AtLeast(0.80) };
const REDIS: Kind = Kind { name: "redis", route: "GET /user/me, session in Redis", target: Target::AtLeast(0.85) };
const MEMBER: Kind = Kind { name: "members", route: "GET /members/{id} by JWT", target: Target::AtLeast(0.70) };

/// One round with one server.
struct Round {
    /// Answers a second.
    rate: f64,
    /// Answers a second that the server's threads spent on a core.
    rate_of_cpu: f64,
    /// How much of the time those threads spent there.
    busy: f64,
}

/// The own account, by session.
pub(crate) fn account(time: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Server::of_store(&folder.path().join("users.db"), 1)?;
    let read = sign_up(store.address, 1)?.pop().ok_or("nobody signed up")?.read;
    let bare = bare::start::<Account>(&people::answer(store.address, &read)?)?;
    measure(&ACCOUNT, store, bare, &read, time, report)
}

/// The own account, by a session in Redis, against a bare route that asks Redis for one value.
pub(crate) fn account_in_redis(time: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let redis = Redis::start();
    let mut settings = Settings::default();
    settings.redis.url = Some(Secret::new(redis.url()));
    settings.limits.enabled = false;
    let store = Server::of_store_with(&folder.path().join("users.db"), 1, settings)?;
    let read = sign_up(store.address, 1)?.pop().ok_or("nobody signed up")?.read;
    let bare = bare::start_beside_redis(&people::answer(store.address, &read)?, redis.url())?;
    measure(&REDIS, store, bare, &read, time, report)
}

/// A member, by access token.
pub(crate) fn member(time: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("users.db");
    let read = people::reader_of_a_member(&file)?;
    let store = Server::of_store(&file, 1)?;
    let bare = bare::start::<Member>(&people::answer(store.address, &read)?)?;
    measure(&MEMBER, store, bare, &read, time, report)
}

fn measure(kind: &Kind, store: Server, bare: Server, read: &[u8], time: Duration, report: &mut Report) -> Result<()> {
    let of_store = || round(&store, STORE_THREADS, read);
    let of_bare = || round(&bare, &["bare-"], read);

    let mut pairs = Vec::new();
    of_store()?;
    of_bare()?;
    let end = Instant::now() + time;
    while Instant::now() < end || pairs.len() < 2 {
        // Neither always comes first.
        let bare_first = of_bare()?;
        pairs.push((of_store()?, bare_first));
        let store_first = of_store()?;
        pairs.push((store_first, of_bare()?));
    }
    store.stop()?;
    bare.stop()?;
    tell(kind, &pairs, report);
    Ok(())
}

fn round(server: &Server, threads: &[&str], read: &[u8]) -> Result<Round> {
    let load = Spin::start(server.address, read, CONNECTIONS)?;
    sleep(WARM_UP);
    let (start, used, answered) = (Instant::now(), cpu::of_threads(threads)?, load.answered());
    sleep(ROUND);
    let (took, used, answered) =
        (start.elapsed(), cpu::of_threads(threads)?.saturating_sub(used), load.answered() - answered);
    load.stop()?;
    let busy = used.as_secs_f64() / took.as_secs_f64();
    Ok(Round { rate: per_second(answered, took), rate_of_cpu: per_second(answered, used), busy })
}

fn tell(kind: &Kind, pairs: &[(Round, Round)], report: &mut Report) {
    let Kind { name, route, target } = *kind;
    let of = |figure: fn(&(Round, Round)) -> f64| median(pairs.iter().map(figure).collect());
    report.note(name, route, of(|pair| pair.0.rate), "/s");
    report.note(name, "bare Rocket route", of(|pair| pair.1.rate), "/s");
    report.judge(name, "ratio, by the clock", of(|pair| pair.0.rate / pair.1.rate), "", target);
    report.note(name, "the same, time of a core", of(|pair| 1e6 / pair.0.rate_of_cpu), "us");
    report.note(name, "bare Rocket route, time of a core", of(|pair| 1e6 / pair.1.rate_of_cpu), "us");
    let ratio = of(|pair| pair.0.rate_of_cpu / pair.1.rate_of_cpu);
    report.judge(name, "ratio, by the time of a core", ratio, "", target);
    let busy = [("user store's", of(|pair| pair.0.busy)), ("bare", of(|pair| pair.1.busy))];
    for (whose, busy) in busy.into_iter().filter(|(_, busy)| *busy < SATURATED) {
        let percent = busy * 100.0;
        report.warn(format!(
            "the {whose} server worked only {percent:.0} % of the time: the client, or the rest of the machine, was the \
             limit; go by the time of a core"
        ));
    }
}
