//! Defines what a visitor sees. Views read the store and call actions.

pub mod alert;
pub mod camera;
pub mod compare;
pub mod consent;
pub mod controls;
pub mod convolutions;
pub mod dock;
pub mod expert;
pub mod history;
pub mod kit;
pub mod looks;
pub mod marking;
pub mod meter;
pub mod more;
pub mod networks;
pub mod offline;
pub mod outcome;
pub mod page;
pub mod picker;
pub mod ready;
pub mod save;
pub mod second;
pub mod settings;
pub mod share;
pub mod stage;
pub mod zoom;
