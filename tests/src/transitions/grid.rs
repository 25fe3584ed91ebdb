//! Tables that stay readable: rows that differ in one respect only, and come to the same, become one.

use std::collections::{BTreeMap, BTreeSet};

/// One respect in which rows differ.
pub(super) struct Axis {
    pub(super) title: &'static str,
    /// Its values, in the order in which they are shown.
    pub(super) values: Vec<String>,
    /// What stands for all of them; where nothing does, they are always listed.
    pub(super) all: Option<&'static str>,
}

/// Where a row lies on each axis, and what it comes to.
pub(super) struct Cell {
    pub(super) on: Vec<String>,
    pub(super) result: Vec<String>,
}

/// The values that a row covers on each axis, and what they all come to.
type Group = (Vec<BTreeSet<usize>>, Vec<String>);
type Groups = BTreeSet<Group>;

/// A table of the axes and then the results. Axes on which nothing depends are left out.
pub(super) fn table(axes: &[Axis], results: &[&str], cells: Vec<Cell>) -> String {
    if cells.is_empty() {
        return "Nothing.\n".to_owned();
    }
    let place = |axis: &Axis, value: &str| axis.values.iter().position(|known| known == value).expect("a known value");
    let mut groups = Groups::new();
    for cell in cells {
        let on = axes.iter().zip(&cell.on).map(|(axis, value)| BTreeSet::from([place(axis, value)])).collect();
        groups.insert((on, cell.result));
    }
    // The last axis first: the first column is what a reader looks for, so it is joined at the end.
    for axis in (0..axes.len()).rev() {
        groups = joined(groups, axis);
    }
    let matters = |(i, axis): &(usize, &Axis)| {
        axis.all.is_none() || groups.iter().any(|(on, _)| on[*i].len() < axis.values.len())
    };
    let shown: Vec<(usize, &Axis)> = axes.iter().enumerate().filter(matters).collect();
    let head = shown.iter().map(|(_, axis)| axis.title).chain(results.iter().copied()).map(str::to_owned).collect();
    let body = groups
        .into_iter()
        .map(|(on, result)| shown.iter().map(|(i, axis)| listed(axis, &on[*i])).chain(result).collect());
    markdown(std::iter::once(head).chain(body).collect())
}

fn joined(groups: Groups, axis: usize) -> Groups {
    let mut merged: BTreeMap<Group, BTreeSet<usize>> = BTreeMap::new();
    for (mut on, result) in groups {
        let own = std::mem::take(&mut on[axis]);
        merged.entry((on, result)).or_default().extend(own);
    }
    let back = |((mut on, result), own): (Group, BTreeSet<usize>)| {
        on[axis] = own;
        (on, result)
    };
    merged.into_iter().map(back).collect()
}

fn listed(axis: &Axis, values: &BTreeSet<usize>) -> String {
    match axis.all {
        Some(all) if values.len() == axis.values.len() => all.to_owned(),
        Some(_) | None => values.iter().map(|value| axis.values[*value].as_str()).collect::<Vec<_>>().join(", "),
    }
}

/// Rows as a Markdown table with straight columns; the first row is the head.
pub(super) fn markdown(rows: Vec<Vec<String>>) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
        if number == 0 {
            let rules = widths.iter().map(|width| "-".repeat(*width));
            text.push_str(&format!("| {} |\n", rules.collect::<Vec<_>>().join(" | ")));
        }
    }
    text
}
