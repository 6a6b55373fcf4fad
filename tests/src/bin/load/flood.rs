//! Reads, and memory, while more clients sign in than there is room for.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Result;
use crate::child::{Limits, Process};
use crate::load::{Load, Pace};
use crate::people::sign_up;
use crate::report::{Report, Target};
use crate::statistics::{per_mille, per_second};

/// How many clients sign in, each again as soon as it is answered: as many as fit into the queue, and far more.
const FLOODS: [usize; 2] = [64, 500];
const READERS: usize = 8;
/// 800 reads a second of all readers together.
const PACED: Pace = Pace::Every(Duration::from_millis(10));
const WARM_UP: Duration = Duration::from_millis(500);
const P99: Target = Target::Below(25.0);
const MEMORY: Target = Target::Below(120.0);

pub(crate) fn measure(time: Duration, report: &mut Report) -> Result<()> {
    for clients in FLOODS {
        let folder = tempfile::tempdir()?;
        let process = Process::start(&folder.path().join("users.db"), Limits::Off)?;
        let people = sign_up(process.address, READERS)?;
        let sign_ins = people.iter().map(|person| person.sign_in.clone()).cycle().take(clients).collect();
        let reads: Vec<_> = people.into_iter().map(|person| person.read).collect();

        let flood = Load::start("flood", process.address, sign_ins, Pace::Unbroken, &[200, 503])?;
        let start = Instant::now();
        sleep(WARM_UP);
        for (kind, pace) in [("paced", PACED), ("unbroken", Pace::Unbroken)] {
            tell(&format!("{clients} clients, {kind} reads"), read(&process, &reads, pace, time / 4)?, report);
        }
        let answers = flood.stop()?.statuses;
        let took = start.elapsed();
        for (status, name) in [(200, "sign-ins (200)"), (503, "refused (503)")] {
            let count = answers.get(&status).copied().unwrap_or_default();
            report.note("flood", format!("{clients} clients, {name}"), per_second(count, took), "/s");
        }
        report.judge("flood", format!("{clients} clients, most memory"), process.peak_megabytes()?, "MB", MEMORY);
    }
    Ok(())
}

/// Reads, and how long each took, in ascending order.
struct Reads {
    rate: f64,
    latencies: Vec<Duration>,
}

fn read(process: &Process, reads: &[Vec<u8>], pace: Pace, time: Duration) -> Result<Reads> {
    let load = Load::start("reader", process.address, reads.to_vec(), pace, &[200])?;
    sleep(WARM_UP);
    load.record();
    let (start, answered) = (Instant::now(), load.answered());
    sleep(time);
    let rate = per_second(load.answered() - answered, start.elapsed());
    Ok(Reads { rate, latencies: load.stop()?.latencies })
}

fn tell(name: &str, Reads { rate, latencies }: Reads, report: &mut Report) {
    report.note("flood", name, rate, "/s");
    report.note("flood", format!("{name}, p50"), per_mille(&latencies, 500), "ms");
    report.judge("flood", format!("{name}, p99"), per_mille(&latencies, 990), "ms", P99);
    report.note("flood", format!("{name}, slowest"), per_mille(&latencies, 1000), "ms");
}
