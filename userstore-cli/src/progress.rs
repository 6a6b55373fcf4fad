//! How far long work is, for whoever watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use userstore_core::CopyProgress;

use crate::io::Io;

/// A line on the terminal that moves with the work, and is gone when that is done. Where nobody watches, nothing.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn start(io: &Io) -> Self {
        Self(io.terminal.as_ref().map(|_| {
            let style = ProgressStyle::with_template("{msg:22} {wide_bar} {human_pos} of {human_len}");
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    pub(crate) fn show(&self, progress: &CopyProgress) {
        let Some(bar) = &self.0 else { return };
        let act = if progress.verifies { "verifying" } else { "copying" };
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(format!("{act} {}", progress.table));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
