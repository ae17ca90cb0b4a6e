//! Defines the page's reactions to the visitor and the worker: functions of the store, the worker and the services.

pub mod camera;
pub mod context;
pub mod embed;
pub mod frames;
pub mod history;
pub mod marking;
pub mod networks;
pub mod offline;
pub mod pace;
pub mod painting;
pub mod presence;
pub mod remember;
pub mod run_end;
pub mod save;
pub mod settings;
pub mod share;
pub mod sources;
pub mod worker_events;
