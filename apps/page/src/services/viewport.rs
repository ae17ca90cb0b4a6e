//! Scrolls the page.

use web_sys::{HtmlCanvasElement, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Scrolls to the section with `canvas` on narrow screens, where it is below the controls.
pub fn show_stage(canvas: &HtmlCanvasElement) {
    let Some(window) = web_sys::window() else { return };
    let matches = |query: &str| window.match_media(query).ok().flatten().is_some_and(|list| list.matches());
    if !matches("(max-width: 60rem)") {
        return;
    }
    let Some(stage) = canvas.closest(".stage").ok().flatten() else { return };
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Start);
    let calm = matches("(prefers-reduced-motion: reduce)");
    options.set_behavior(if calm { ScrollBehavior::Instant } else { ScrollBehavior::Smooth });
    stage.scroll_into_view_with_scroll_into_view_options(&options);
}
