//! What threads and processes have used, as Linux counts it (`/proc/<pid>/schedstat` and `/proc/<pid>/status`).

use std::fs;
use std::time::Duration;

use crate::Result;

/// The time that the threads of this process whose names start so have spent on a core, until now.
pub(crate) fn of_threads(names: &[&str]) -> Result<Duration> {
    let mut total = Duration::ZERO;
    for thread in fs::read_dir("/proc/self/task")? {
        let folder = thread?.path();
        // A thread may end while it is looked at.
        let (Ok(name), Ok(time)) =
            (fs::read_to_string(folder.join("comm")), fs::read_to_string(folder.join("schedstat")))
        else {
            continue;
        };
        if names.iter().any(|start| name.starts_with(start)) {
            total += first(&time)?;
        }
    }
    Ok(total)
}

/// The time that this thread has spent on a core.
pub(crate) fn of_this_thread() -> Result<Duration> {
    first(&fs::read_to_string("/proc/thread-self/schedstat")?)
}

/// The first of the numbers there: nanoseconds on a core.
fn first(schedstat: &str) -> Result<Duration> {
    let nanoseconds = schedstat.split_ascii_whitespace().next().ok_or("an empty schedstat")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// The most memory that a process ever had, in megabytes of 10⁶ bytes (`VmHWM`).
pub(crate) fn peak_megabytes(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let kibibytes: f64 = peak.ok_or("no VmHWM in the status of a process")?.parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}
