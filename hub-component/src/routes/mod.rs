//! One file a resource: what each route does.

pub mod compose;
pub mod federated;
pub mod health;
pub mod repos;
