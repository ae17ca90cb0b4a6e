//! Defines the trace: the losses of each step as JSON.

use picture::{Frame, Losses};
use serde::Serialize;

/// One object of the trace.
#[derive(Serialize)]
pub struct TraceRow {
    step: u32,
    /// The size of the picture at this step in pixels: losses at different sizes cannot be compared.
    width: usize,
    height: usize,
    pub total: f32,
    content: f32,
    style: f32,
    tv: f32,
}

impl TraceRow {
    pub fn new(step: u32, frame: &Frame, losses: Losses) -> Self {
        let Frame { width, height, .. } = *frame;
        let Losses { total, content, style, tv } = losses;
        Self { step, width, height, total, content, style, tv }
    }
}

/// A JSON array with one object per line, so that two traces can be compared line by line.
pub fn trace_json(rows: &[TraceRow]) -> String {
    let lines: Vec<String> =
        rows.iter().map(|row| serde_json::to_string(row).expect("plain numbers")).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
