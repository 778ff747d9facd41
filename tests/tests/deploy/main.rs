//! Tests of the deployment: the images, the chart, the plain manifests and the workflow. They need no registry and no cluster.

mod alerts;
mod arguments;
mod chart;
mod database;
mod engine;
mod image;
mod layers;
mod mirrors;
mod network;
mod plain;
mod policies;
mod rendered;
mod runbook;
mod spinkube;
mod tools;
mod workflow;
