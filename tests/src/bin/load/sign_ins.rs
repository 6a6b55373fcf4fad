//! Sign-ins, against the bare hash on as many threads as there are cores.

use std::num::NonZeroUsize;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::cpu;
use crate::load::{Load, Pace, end};
use crate::people::sign_up;
use crate::report::{Report, Target};
use crate::server::{BESIDES, Server};
use crate::statistics::{median, per_second};
use crate::{Failure, Result};

const CONNECTIONS: usize = 8;
/// People who sign in: so many that none has more than a few dozen sessions, as with real ones.
const PEOPLE: usize = 12 * CONNECTIONS;
const ROUND: Duration = Duration::from_millis(1500);
const WARM_UP: Duration = Duration::from_millis(300);
/// The share of the cores that has to go to bare hashing, lest something else be measured.
const SATURATED: f64 = 0.95;
const TARGET: Target = Target::AtLeast(0.90);

/// One round.
struct Round {
    /// Sign-ins, or hashes, a second.
    rate: f64,
    /// What the hash of one costs: seconds of a core.
    hash: f64,
    /// What all the rest of one costs.
    besides: f64,
}

impl Round {
    /// What one costs.
    fn cost(&self) -> f64 {
        self.hash + self.besides
    }
}

pub(crate) fn measure(time: Duration, report: &mut Report) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let folder = tempfile::tempdir()?;
    let server = Server::of_store(&folder.path().join("users.db"), u16::try_from(cores)?)?;
    let requests: Vec<_> = sign_up(server.address, PEOPLE)?.into_iter().map(|person| person.sign_in).collect();
    let mut groups = requests.chunks(CONNECTIONS).cycle();
    let mut sign_ins = || sign_ins(&server, groups.next().unwrap_or_default());

    let mut pairs = Vec::new();
    let end = Instant::now() + time;
    while Instant::now() < end || pairs.len() < 2 {
        let bare_first = hashes(cores)?;
        pairs.push((sign_ins()?, bare_first));
        let store_first = sign_ins()?;
        pairs.push((store_first, hashes(cores)?));
    }
    server.stop()?;
    tell(&pairs, cores, report);
    Ok(())
}

fn tell(pairs: &[(Round, Round)], cores: usize, report: &mut Report) {
    let of = |figure: fn(&(Round, Round)) -> f64| median(pairs.iter().map(figure).collect());
    report.note("sign-ins", "POST /auth", of(|pair| pair.0.rate), "/s");
    report.note("sign-ins", "bare hash", of(|pair| pair.1.rate), "/s");
    report.judge("sign-ins", "ratio, by the clock", of(|pair| pair.0.rate / pair.1.rate), "", TARGET);
    report.note("sign-ins", "POST /auth, hash, time of a core", of(|pair| pair.0.hash * 1e3), "ms");
    report.note("sign-ins", "POST /auth, the rest, time of a core", of(|pair| pair.0.besides * 1e3), "ms");
    report.note("sign-ins", "bare hash, time of a core", of(|pair| pair.1.hash * 1e3), "ms");
    report.note("sign-ins", "ratio, by the time of a core", of(|pair| pair.1.cost() / pair.0.cost()), "");
    report.note("sign-ins", "POST /auth, cores at work", of(|pair| pair.0.rate * pair.0.cost()), "");
    let bare = of(|pair| pair.1.rate * pair.1.cost());
    report.note("sign-ins", "bare hash, cores at work", bare, "");
    if bare < SATURATED * f64::from(u32::try_from(cores).unwrap_or(u32::MAX)) {
        report.warn("something else ran on the cores that should have hashed: go by the time of a core".to_owned());
    }
}

fn sign_ins(server: &Server, requests: &[Vec<u8>]) -> Result<Round> {
    let load = Load::start("client", server.address, requests.to_vec(), Pace::Unbroken, &[200])?;
    let used = || Ok::<_, Failure>((cpu::of_threads(&["hash-"])?, cpu::of_threads(BESIDES)?));
    sleep(WARM_UP);
    let (start, before, answered) = (Instant::now(), used()?, load.answered());
    sleep(ROUND);
    let (took, after, answered) = (start.elapsed(), used()?, load.answered() - answered);
    load.stop()?;
    let cost = |before, after: Duration| 1.0 / per_second(answered, after.saturating_sub(before));
    let (hash, besides) = (cost(before.0, after.0), cost(before.1, after.1));
    Ok(Round { rate: per_second(answered, took), hash, besides })
}

/// As many threads as there are cores, each with memory that it keeps, at the cost that the store has by default.
fn hashes(threads: usize) -> Result<Round> {
    let spawn = |_| thread::Builder::new().name("bare-hash".to_owned()).spawn(hash_for_a_round);
    let threads = (0..threads).map(spawn).collect::<Result<Vec<_>, _>>()?;
    let rounds = threads.into_iter().map(end).collect::<Result<Vec<_>>>()?;
    let hash = median(rounds.iter().map(|(_, hash)| *hash).collect());
    Ok(Round { rate: rounds.iter().map(|(rate, _)| rate).sum(), hash, besides: 0.0 })
}

/// Hashes a second, and seconds of a core for each.
fn hash_for_a_round() -> Result<(f64, f64)> {
    let params = Params::new(19_456, 2, 1, Some(32))?;
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash =
        || argon2.hash_password_into_with_memory(b"a rather long password", &[7; 16], &mut [0; 32], &mut memory);
    let warm = Instant::now() + WARM_UP;
    while Instant::now() < warm {
        hash()?;
    }
    let (start, used, mut count) = (Instant::now(), cpu::of_this_thread()?, 0);
    while start.elapsed() < ROUND {
        hash()?;
        count += 1;
    }
    Ok((per_second(count, start.elapsed()), 1.0 / per_second(count, cpu::of_this_thread()?.saturating_sub(used))))
}
