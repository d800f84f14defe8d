//! A Markdown table whose columns are aligned for those who read it as text.

use std::fmt;

/// A head and rows of as many cells each.
pub(crate) struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Table { lines: vec![head.iter().map(ToString::to_string).collect()] }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.lines.push(cells.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, body) = self.lines.split_first().expect("a table has a head");
        let columns = 0..head.len();
        let width = |column: usize| self.lines.iter().map(|line| line[column].chars().count()).max();
        let widths: Vec<usize> = columns.clone().map(|column| width(column).unwrap_or(0).max(3)).collect();
        // Numbers stand to the right, so that their digits stand below each other.
        let number = |line: &Vec<String>, column: usize| line[column].parse::<f64>().is_ok();
        let right: Vec<bool> =
            columns.clone().map(|column| body.iter().all(|line| number(line, column))).collect();

        for (index, line) in self.lines.iter().enumerate() {
            for ((cell, &width), right) in line.iter().zip(&widths).zip(&right) {
                if *right {
                    write!(formatter, "| {cell:>width$} ")?;
                } else {
                    write!(formatter, "| {cell:<width$} ")?;
                }
            }
            writeln!(formatter, "|")?;
            if index == 0 {
                for (&width, right) in widths.iter().zip(&right) {
                    let dashes = "-".repeat(width - usize::from(*right));
                    write!(formatter, "| {dashes}{} ", if *right { ":" } else { "" })?;
                }
                writeln!(formatter, "|")?;
            }
        }
        Ok(())
    }
}

#[test]
fn columns_are_aligned_and_numbers_stand_to_the_right() {
    let mut table = Table::new(&["row", "ns"]);
    table.row(["bare".into(), "1.5".into()]);
    table.row(["floor".into(), "22.0".into()]);
    assert_eq!(table.to_string(), "| row   |   ns |\n| ----- | ---: |\n| bare  |  1.5 |\n| floor | 22.0 |\n");
}
