//! The text formats of `/metrics`: Prometheus 0.0.4, which everything reads, and OpenMetrics 1.0, for clients that request it.

/// A text format of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposition {
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/>
    Prometheus,
    /// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
    OpenMetrics,
}

impl Exposition {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Prometheus, Self::OpenMetrics];

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The media type without its parameters.
    pub fn media_type(self) -> &'static str {
        self.content_type().split(';').next().unwrap_or_default()
    }

    /// Converts a text in OpenMetrics, as the encoder writes it, to this format.
    pub fn of_open_metrics(self, text: String) -> String {
        match self {
            Self::Prometheus => prometheus(&text),
            Self::OpenMetrics => text,
        }
    }
}

/// The older format has no end mark and no units, and its `# TYPE` and `# HELP` name a counter as its samples do, with `_total`.
fn prometheus(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = None;
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("EOF" | "UNIT"), ..) => {}
            (Some("#"), Some("HELP"), Some(_), words) => help = words,
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let suffix = if kind == "counter" { "_total" } else { "" };
                if let Some(help) = help.take() {
                    text.push_str(&format!("# HELP {name}{suffix} {help}\n"));
                }
                text.push_str(&format!("# TYPE {name}{suffix} {kind}\n"));
            }
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Exposition;

    const OPEN: &str = "# HELP a_seconds Time of # HELP.\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total{x=\"# EOF\"} 1.5\n\
                        # HELP b B.\n# TYPE b gauge\nb 1\n# EOF\n";

    #[test]
    fn prometheus_names_a_counter_as_its_samples_do() {
        let text = "# HELP a_seconds_total Time of # HELP.\n# TYPE a_seconds_total counter\na_seconds_total{x=\"# EOF\"} 1.5\n\
                    # HELP b B.\n# TYPE b gauge\nb 1\n";
        assert_eq!(Exposition::Prometheus.of_open_metrics(OPEN.to_owned()), text);
        assert_eq!(Exposition::OpenMetrics.of_open_metrics(OPEN.to_owned()), OPEN);
    }

    #[test]
    fn each_has_its_media_type() {
        assert_eq!(Exposition::ALL.map(Exposition::media_type), ["text/plain", "application/openmetrics-text"]);
    }
}
