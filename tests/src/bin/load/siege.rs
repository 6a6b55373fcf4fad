//! A siege: many connections that try wrong passwords and nothing else, with limits and without them; what others feel of
//! it meanwhile, and how soon it is over when it is over.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Result;
use crate::child::{Limits, Process};
use crate::http::post;
use crate::load::{Load, Pace};
use crate::people::{self, sign_up};
use crate::report::{Report, Target};
use crate::statistics::{per_mille, per_second};

const BESIEGERS: usize = 500;
const VISITORS: usize = 8;
/// 80 reads a second of all visitors together.
const PACED: Pace = Pace::Every(Duration::from_millis(100));
const WARM_UP: Duration = Duration::from_millis(500);
const P99: Target = Target::Below(250.0);
const MEMORY: Target = Target::Below(512.0);
const OVER: Target = Target::Below(5.0);

pub(crate) fn measure(time: Duration, report: &mut Report) -> Result<()> {
    for limits in [Limits::On, Limits::Off] {
        let name = |what: &str| match limits {
            Limits::On => format!("limits, {what}"),
            Limits::Off => format!("no limits, {what}"),
        };
        let folder = tempfile::tempdir()?;
        let process = Process::start(&folder.path().join("users.db"), limits)?;
        let owner = sign_up(process.address, 1)?.remove(0);
        let wrong =
            |number: usize| json!({"username": format!("person-{}", number % 50), "password": "a wrong plum, 7"});
        let attacks = (0..BESIEGERS).map(|number| post("/auth", &wrong(number).to_string())).collect();
        let siege = Load::start("siege", process.address, attacks, Pace::Unbroken, &[401, 429, 503])?;
        let home = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec();
        let visits = Load::start("visitor", process.address, vec![home; VISITORS], PACED, &[200])?;
        let start = Instant::now();
        sleep(WARM_UP);
        visits.record();
        sleep(time);
        let latencies = visits.stop()?.latencies;
        let answers = siege.stop()?.statuses;
        let took = start.elapsed();
        report.judge("siege", name("GET / p99"), per_mille(&latencies, 990), "ms", P99);
        report.note("siege", name("GET / slowest"), per_mille(&latencies, 1000), "ms");
        for (status, count) in answers {
            report.note("siege", name(&format!("answers of {status}")), per_second(count, took), "/s");
        }
        report.judge("siege", name("most memory"), process.peak_megabytes()?, "MB", MEMORY);
        // With limits, this address has to wait for its own.
        if limits == Limits::Off {
            let over = Instant::now();
            people::answer(process.address, &owner.sign_in)?;
            report.judge("siege", name("until somebody signs in"), over.elapsed().as_secs_f64(), "s", OVER);
        }
        let over = Instant::now();
        people::answer(process.address, &owner.read)?;
        report.judge("siege", name("until somebody reads"), over.elapsed().as_secs_f64(), "s", OVER);
    }
    Ok(())
}
