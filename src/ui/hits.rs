//! What lies where on the screen, for the mouse.

use ratatui::layout::{Position, Rect};

use crate::app::model::{QrLacks, Target};

/// Areas that a click can hit, in the order drawn; how much of a story was left out, and what a code had no room for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    areas: Vec<Hit>,
    beyond: u16,
    lacks: QrLacks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    area: Rect,
    target: Target,
    /// The first column in sight: a scrolled field begins there.
    first: u16,
}

impl Hits {
    /// Adds an area.
    pub fn add(&mut self, area: Rect, target: Target) {
        self.add_scrolled(area, target, 0);
    }

    /// Adds the area of something whose first `first` columns are scrolled out of sight.
    pub fn add_scrolled(&mut self, area: Rect, target: Target, first: u16) {
        if !area.is_empty() {
            self.areas.push(Hit { area, target, first });
        }
    }

    /// Forgets everything: what is drawn next lies over it.
    pub fn clear(&mut self) {
        self.areas.clear();
    }

    /// Forgets what is hit in `area`: something that can't be clicked lies over it.
    pub(crate) fn cover(&mut self, area: Rect) {
        self.areas.retain(|hit| !hit.area.intersects(area));
    }

    /// So many rows of a link's story have no room.
    pub(crate) const fn leave_out(&mut self, rows: u16) {
        self.beyond = rows;
    }

    /// Rows of the link's story that have no room: so far it can be scrolled.
    #[must_use]
    pub const fn beyond(&self) -> u16 {
        self.beyond
    }

    /// The link's code has no room for this.
    pub(crate) const fn lack(&mut self, lacks: QrLacks) {
        self.lacks = lacks;
    }

    /// What the link's code has no room for.
    #[must_use]
    pub const fn lacks(&self) -> QrLacks {
        self.lacks
    }

    /// What a click at this column and row hits (what was drawn last wins), and the column within it,
    /// counted from its left end, columns out of sight included.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<(Target, u16)> {
        let place = Position::new(column, row);
        self.areas
            .iter()
            .rev()
            .find(|hit| hit.area.contains(place))
            .map(|hit| (hit.target, (column - hit.area.x).saturating_add(hit.first)))
    }

    /// Every target with its area, in the order drawn.
    pub fn iter(&self) -> impl Iterator<Item = (Rect, Target)> + '_ {
        self.areas.iter().map(|hit| (hit.area, hit.target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::draft::FieldId;

    #[test]
    fn the_last_one_drawn_is_hit_with_its_column() {
        let mut hits = Hits::default();
        hits.add(Rect::new(0, 2, 80, 1), Target::Row(4));
        hits.add_scrolled(Rect::new(10, 2, 20, 1), Target::Field(FieldId::Phone), 5);
        assert_eq!(hits.at(9, 2), Some((Target::Row(4), 9)));
        assert_eq!(hits.at(12, 2), Some((Target::Field(FieldId::Phone), 7)));
        assert_eq!(hits.at(12, 3), None);
    }
}
