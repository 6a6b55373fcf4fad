//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write as _};

use userstore_core::figures::Distribution;

/// How a text in this format is sent.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a metric is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// The names of labels and their values.
pub(super) type Labels<'l> = &'l [(&'static str, &'l str)];

/// A text that grows by a metric at a time.
#[derive(Debug, Default)]
pub(super) struct Text(String);

/// One metric, which grows by a sample at a time.
pub(super) struct Metric<'t> {
    text: &'t mut String,
    name: &'static str,
}

impl Text {
    /// Begins a metric.
    pub(super) fn metric(&mut self, name: &'static str, kind: Kind, help: &str) -> Metric<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.0.extend(["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"]);
        Metric { text: &mut self.0, name }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl Metric<'_> {
    /// Adds a sample.
    pub(super) fn sample(&mut self, labels: Labels<'_>, value: impl Display) -> &mut Self {
        self.line("", labels, value);
        self
    }

    /// Adds the samples of a histogram, in seconds.
    pub(super) fn histogram(&mut self, labels: Labels<'_>, distribution: &Distribution) -> &mut Self {
        let Distribution { buckets, count, sum, .. } = distribution;
        for (bound, below) in buckets {
            let bound = bound.as_secs_f64().to_string();
            self.line("_bucket", &[labels, &[("le", bound.as_str())]].concat(), below);
        }
        self.line("_bucket", &[labels, &[("le", "+Inf")]].concat(), count);
        self.line("_sum", labels, sum.as_secs_f64());
        self.line("_count", labels, count);
        self
    }

    fn line(&mut self, end: &str, labels: Labels<'_>, value: impl Display) {
        self.text.extend([self.name, end]);
        for (number, (label, value)) in labels.iter().enumerate() {
            self.text.extend([if number == 0 { "{" } else { "," }, label, "=\""]);
            for letter in value.chars() {
                match letter {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    other => self.text.push(other),
                }
            }
            self.text.push('"');
        }
        // A text takes all that is written to it.
        let _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use userstore_core::figures::Histogram;

    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Text::default();
        text.metric("a_total", Kind::Counter, "All.").sample(&[("b", "\"\\\n<é>"), ("c", "")], 7).sample(&[], 0.5);
        let wanted =
            "# HELP a_total All.\n# TYPE a_total counter\na_total{b=\"\\\"\\\\\\n<é>\",c=\"\"} 7\na_total 0.5\n";
        assert_eq!(text.into_string(), wanted);
    }

    #[test]
    fn a_histogram_has_its_sum_and_its_count() {
        static BOUNDS: &[Duration] = &[Duration::from_millis(5), Duration::from_secs(1)];
        let histogram = Histogram::new(BOUNDS);
        histogram.record(Duration::from_millis(5));
        histogram.record(Duration::from_millis(1500));
        let mut text = Text::default();
        text.metric("a_seconds", Kind::Histogram, "Time.").histogram(&[("b", "c")], &histogram.read());
        let wanted = [
            "# HELP a_seconds Time.",
            "# TYPE a_seconds histogram",
            r#"a_seconds_bucket{b="c",le="0.005"} 1"#,
            r#"a_seconds_bucket{b="c",le="1"} 1"#,
            r#"a_seconds_bucket{b="c",le="+Inf"} 2"#,
            r#"a_seconds_sum{b="c"} 1.505"#,
            r#"a_seconds_count{b="c"} 2"#,
        ];
        assert_eq!(text.into_string().lines().collect::<Vec<_>>(), wanted);
    }
}
