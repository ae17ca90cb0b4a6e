//! Defines what is exchanged when a visitor measures their device.

use serde::{Deserialize, Serialize};

/// How thoroughly to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// A little of everything, to see whether it works.
    Quick,
    /// Everything.
    Full,
}

/// Results as words and numbers, for display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What was measured.
    pub title: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// As many cells in each as the head has.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table in HTML. Narrow screens scroll it, also by keyboard.
    #[must_use]
    pub fn html(&self) -> String {
        let safe = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let cells = |cells: &[String], before: &str, after: &str| {
            let cells: String = cells.iter().map(|cell| [before, &safe(cell), after].concat()).collect();
            ["<tr>", &cells, "</tr>"].concat()
        };
        let rows: String = self.rows.iter().map(|row| cells(row, "<td>", "</td>")).collect();
        let title = safe(&self.title);
        [
            r#"<div class="scroll" tabindex="0" role="region" aria-label=""#,
            &title,
            r#""><table><caption>"#,
            &title,
            "</caption><thead>",
            &cells(&self.head, r#"<th scope="col">"#, "</th>"),
            "</thead><tbody>",
            &rows,
            "</tbody></table></div>",
        ]
        .concat()
    }

    /// The table in Markdown, with its title and a line break at its end.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            ["| ", &cells.join(" | "), " |\n"].concat()
        };
        let rule = vec!["---".to_owned(); self.head.len()];
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        ["### ", &self.title, "\n\n", &line(&self.head), &line(&rule), &rows].concat()
    }
}
