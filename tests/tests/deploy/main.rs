//! What is deployed: the images, the chart, the plain manifests, the workflow. Nothing here needs a registry or a cluster.

mod alerts;
mod arguments;
mod chart;
mod engine;
mod image;
mod layers;
mod plain;
mod policies;
mod rendered;
mod runbook;
mod spinkube;
mod tools;
mod workflow;
