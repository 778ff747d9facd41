//! The use of the memory budget, read on each scrape.

use crate::budget::{Budget, Purpose};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Memory(pub(super) Arc<Budget>);

impl Collector for Memory {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self(budget) = self;
        let gauge = |bytes: usize| ConstGauge::new(bytes as f64);
        let help = "Memory limit for instances, bodies, cached responses and rows together";
        let descriptor = encoder.encode_descriptor("memory_budget", help, Some(&Unit::Bytes), MetricType::Gauge)?;
        gauge(budget.total()).encode(descriptor)?;
        let help = "Memory in use, by purpose";
        let mut descriptor = encoder.encode_descriptor("memory_use", help, Some(&Unit::Bytes), MetricType::Gauge)?;
        for purpose in Purpose::ALL {
            let labels = [("purpose", purpose.name())];
            gauge(budget.used_for(purpose)).encode(descriptor.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
